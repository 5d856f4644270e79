/* table.h, filereport.h, people_record.h, outsheet.h: sheets of people, and what goes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "filereport.h"
#include "intake.h"
#include "sheet_child.h"
#include "sheetdump.h"
#include "shift_words.h"
#include "zipper.h"

#include "banned.h"

#define NOW INT64_C(1695105000000) /* 2023-09-19 14:30 in Shanghai */

static const struct intake_ctx ctx = { .now_ms = NOW, .area_code = "021" };

/* ---- people ----------------------------------------------------------------------------- */

static void say_resident(struct buf *b, const struct resident_record *r)
{
	buf_addf(b, "%s|%s|%s|%s|%s|%s|%s|%s|%s|%s", r->name, r->id_no, r->sex, r->birth,
		r->village, r->area_code, r->addr_live, r->addr_reg, r->tags, r->risk);
	for (int i = 0; i < r->phone_count; i++)
		buf_addf(b, "|%s:%s:%s:%s", r->phone[i].kind, r->phone[i].phone, r->phone[i].name,
			r->phone[i].relation);
}

static void say_member(struct buf *b, const struct member_record *m)
{
	buf_addf(b, "%s|%s|%s|%s|%s|%s|%s|%d", m->team, m->name, m->phone, m->post, m->village,
		m->area_code, m->secrecy_date, m->load_cap);
}

static void say_duty(struct buf *b, const struct duty_record *d)
{
	buf_addf(b, "%s|%s|%s|%02X|%s|%d-%d|%d", d->team, d->name, d->phone, d->weekdays, d->date,
		d->from_min, d->to_min, d->off);
}

static void say(struct buf *b, const struct people_record *p)
{
	switch (p->kind) {
	case HEADER_RESIDENT:
		say_resident(b, &p->of.resident);
		break;
	case HEADER_MEMBER:
		say_member(b, &p->of.member);
		break;
	case HEADER_AREA:
		buf_addf(b, "%s|%s|%s|%s|%s|%d|%s|%s", p->of.area.code, p->of.area.name,
			p->of.area.parent, p->of.area.type, p->of.area.aliases,
			p->of.area.population, p->of.area.leader, p->of.area.leader_phone);
		break;
	case HEADER_TEAM:
		buf_addf(b, "%s|%s|%s|%s|%s|%s", p->of.team.name, p->of.team.type,
			p->of.team.village, p->of.team.area_code, p->of.team.leader,
			p->of.team.leader_phone);
		break;
	case HEADER_DUTY:
		say_duty(b, &p->of.duty);
		break;
	default:
		fail();
	}
}

static bool on_people(void *arg, struct intake_item *items, size_t count)
{
	struct buf *b = arg;

	for (size_t i = 0; i < count; i++) {
		if (items[i].verdict == INTAKE_OPEN) {
			say(b, items[i].people);
			items[i].verdict = INTAKE_ACCEPTED;
		} else {
			buf_addf(b, "!%s", items[i].fault.code);
		}
		for (size_t k = 0; k < items[i].notes.count; k++)
			buf_addf(b, " ?%s", items[i].notes.item[k].code);
		buf_addc(b, '\n');
	}
	return true;
}

static const struct people_row {
	const char *name;
	enum header_kind kind;
	const char *text, *out;
} people_rows[] = {
	{ "a resident with family and guardian", HEADER_RESIDENT,
		"姓名,身份证号,手机号,现住址,户籍地,村居,家属姓名,家属电话,与本人关系,监护人,"
		"监护人电话,标签,风险等级\n"
		"张三,11010519491231002X,13800138000 "
		"021-55550000,示例村6组,外地,示例村,张小三,13900139000,子,李四,13700137000,"
		"独居、老年,高\n",
		"张三|11010519491231002X|F|1949-12-31|示例村||示例村6组|外地|独居 "
		"老年|HIGH|own:13800138000::|own:021-55550000::|"
		"family:13900139000:张小三:子|guardian:13700137000:李四:\n" },
	{ "a damaged ID refuses the resident, a wrong one is told", HEADER_RESIDENT,
		"姓名,身份证号,手机号\n张三,3.1E+17,13800138000\n李四,110105194912310021,"
		"13800138000\n",
		"!excel_damaged\n李四||||||||||own:13800138000:: ?bad_checksum\n" },
	{ "a resident who cannot be found by anything", HEADER_RESIDENT,
		"姓名,身份证号,手机号\n张三,无,\n,,13800138000\n", "!name_only\n!no_name\n" },
	{ "members need a mobile number", HEADER_MEMBER,
		"队伍,姓名,手机号,职务,村居,保密承诺日期,任务上限\n示例村劝导队,张三,13800138000,"
		"队长,示例村,2023-01-05,3\n"
		"示例村劝导队,李四,021-55550000,,310118110203,,\n示例村劝导队,王五,,队员,,,\n",
		"示例村劝导队|张三|13800138000|队长|示例村||2023-01-05|3\n!not_mobile\n!no_"
		"phone\n" },
	{ "a village cell may hold the code", HEADER_MEMBER,
		"队伍,姓名,手机号,村居\n一队,张三,13800138000,310118110203\n",
		"一队|张三|13800138000|||310118110203||-1\n" },
	{ "areas", HEADER_AREA,
		"代码,名称,上级,类型,别名,人口,负责人,负责人电话\n310118110203,沈联村,310118110000,"
		"村,沈联、老沈联,2300,张三,13800138000\n12345,坏村,,,,,,\n",
		"310118110203|沈联村|310118110000|村|沈联 "
		"老沈联|2300|张三|13800138000\n!bad_code\n" },
	{ "teams", HEADER_TEAM,
		"队伍名称,类型,村居,队长,队长电话\n示例村劝导队,村居,示例村,张三,13800138000\n,,"
		"示例村,,\n",
		"示例村劝导队|村居|示例村||张三|13800138000\n!no_name\n" },
	{ "duties by week and by day", HEADER_DUTY,
		"队伍,姓名,手机号,星期,日期,开始,结束\n一队,张三,13800138000,周一至周五,,08:30,17:"
		"00\n一队,李四,,,2023-10-01,20:00,8:00\n"
		"一队,王五,,某天,,,\n一队,,,周一,,,\n一队,赵六,,,,,\n",
		"一队|张三|13800138000|1F||510-1020|0\n一队|李四||00|2023-10-01|1200-480|0\n!bad_"
		"weekday\n!no_member\n!no_day\n" },
	{ "duties by shift", HEADER_DUTY,
		"队伍,姓名,星期,班次\n一队,张三,每天,8:00-20:00\n一队,李四,周六,休\n",
		"一队|张三||7F||480-1200|0\n一队|李四||20||0-1440|1\n" },
	{ "people as JSON", HEADER_MEMBER,
		"[{\"team\":\"一队\",\"name\":\"张三\",\"phone\":\"13800138000\",\"post\":\"队长\"}"
		",{\"队伍\":\"一队\",\"姓名\":\"李四\"}]",
		"一队|张三|13800138000|队长||||-1\n!no_phone\n" },
};

static void reads_people(void **state)
{
	const struct people_row *r = *state;
	struct intake_summary s;
	struct fault f;
	struct buf b;
	struct intake_job job = { .kind = r->kind,
		.ctx = &ctx,
		.limits = &sheet_limits_bulk,
		.slice = on_people,
		.arg = &b };

	buf_init(&b, 65536);
	assert_true(intake_bytes(&job, r->text, strlen(r->text), &s, &f));
	assert_string_equal(buf_str(&b), r->out);
	buf_free(&b);
}

static void weekdays_and_hours(void **state)
{
	static const struct {
		const char *text;
		unsigned days;
	} days[] = { { "周一至周五", 0x1F }, { "周六、周日", 0x60 }, { "一三五", 0x15 },
		{ "1,3,5", 0x15 }, { "工作日", 0x1F }, { "每天", 0x7F }, { "周五至周一", 0x71 },
		{ "星期天", 0x40 }, { "周八", 0 }, { "", 0 }, { "8", 0 }, { "至", 0 } };
	static const struct {
		const char *text;
		int from, to;
	} hours[] = { { "08:00-20:00", 480, 1200 }, { "8点到20点", 480, 1200 },
		{ "8点半至12点", 510, 720 }, { "全天", 0, 1440 }, { "20:00-次日8:00", 1200, 480 },
		{ "0:00-24:00", 0, 1440 }, { "白班", -1, -1 }, { "8:00", -1, -1 },
		{ "8:00-25:00", -1, -1 }, { "8:70-9:00", -1, -1 } };

	(void)state;
	for (size_t i = 0; i < sizeof days / sizeof *days; i++)
		assert_int_equal(shift_weekdays(days[i].text), days[i].days);
	for (size_t i = 0; i < sizeof hours / sizeof *hours; i++) {
		int from = -1, to = -1;
		bool ok = shift_hours(hours[i].text, &from, &to);

		assert_int_equal(ok, hours[i].from >= 0);
		if (ok)
			assert_true(from == hours[i].from && to == hours[i].to);
	}
}

/* ---- merged ranges, dates, number cells ---------------------------------------------------- */

static bool on_warnings(void *arg, struct intake_item *items, size_t count)
{
	struct buf *b = arg;

	for (size_t i = 0; i < count; i++) {
		if (items[i].verdict != INTAKE_OPEN) {
			buf_addf(b, "%d!%s\n", items[i].row, items[i].fault.code);
			continue;
		}
		buf_addf(b, "%d:%s|%s|%s|%lld\n", items[i].row, items[i].warning->name,
			items[i].warning->village,
			items[i].warning->phone_count ? items[i].warning->phones[0] : "",
			(long long)items[i].warning->warn_time);
		items[i].verdict = i == 1 ? INTAKE_DUPLICATE : INTAKE_ACCEPTED;
		snprintf(items[i].said, sizeof items[i].said, "案件%zu", i);
	}
	return true;
}

#define T(ref, s) "<c r=\"" ref "\" t=\"str\"><v>" s "</v></c>"
static const char village_sheet[] = "<w><sheetData><row r=\"1\">" T(
	"A1", "示例镇清单") "</row><row r=\"3\">" T("A3", "村居") T("B3", "姓名") T("C3",
	"手机号") T("D3", "身份证号") T("E3",
	"预警时间") "</row>"
		    "<row r=\"4\">" T("A4", "示例村") T("B4",
			    "张三") "<c r=\"C4\"><v>13800138000</v></c><c r=\"E4\" "
				    "s=\"1\"><v>45188.5</v></c></row>"
				    "<row r=\"5\">" T("B5",
					    "李四") "<c r=\"C5\"><v>1.3900139E10</v></c></row>"
						    "<row r=\"7\">" T("B7", "王五") T("C7",
							    "13700137000") "<c "
									   "r=\"D7\"><v>"
									   "31011819550101000"
									   "0</v></c></row>"
									   "<row r=\"8\">" T("B8",
										   "赵六") T("C8",
										   "136001360"
										   "00") "</"
											 "row"
											 ">"
											 "<ro"
											 "w "
											 "r="
											 "\"9"
											 "\""
											 ">" T("A9", "合计") T(
												 "C"
												 "9",
												 "4") "</row>"
												      "</sheetData><mergeCells><mergeCell ref=\"A1:E1\"/><mergeCell ref=\"A4:A7\"/></mergeCells></w>";

static int village_book(void)
{
	static const char rels[] =
		"<r><Relationship Id=\"a\" Type=\"x/worksheet\" Target=\"s.xml\"/>"
		"<Relationship Id=\"c\" Type=\"x/styles\" Target=\"y.xml\"/></r>";
	struct zipper_part parts[] = { { "xl/_rels/workbook.xml.rels", rels, 0 },
		{ "xl/s.xml", village_sheet, 0 },
		{ "xl/y.xml", "<y><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></y>",
			0 },
		{ "xl/workbook.xml", "<w><sheet name=\"清单\" r:id=\"a\"/></w>", 0 } };

	return zipper_make(parts, 4, 0);
}

static void merged_villages_serial_dates_and_number_cells(void **state)
{
	struct intake_summary s;
	struct fault f;
	struct buf b;
	struct intake_job job = { .kind = HEADER_WARNING,
		.ctx = &ctx,
		.limits = &sheet_limits_live,
		.slice = on_warnings,
		.arg = &b };
	int fd = village_book();

	(void)state;
	buf_init(&b, 65536);
	assert_true(intake_file(&job, fd, &s, &f));
	assert_string_equal(buf_str(&b),
		"4:张三|示例村|13800138000|1695096000000\n5:李四|示例村|13900139000|0\n"
		"7!excel_damaged\n8:赵六||13600136000|0\n9!\n");
	assert_int_equal(s.verdicts[INTAKE_SKIPPED], 1);
	buf_free(&b);
	close(fd);
}

/* ---- the report ------------------------------------------------------------------------------ */

static char report_path[64];

static struct filereport *new_report(enum outsheet_kind kind)
{
	snprintf(report_path, sizeof report_path, "/tmp/report-XXXXXX");
	close(mkstemp(report_path));
	return filereport_open(kind, report_path);
}

static void read_report(struct sheetdump *d)
{
	struct sheet_sink sink = sheetdump_sink(d);
	struct fault fault;
	int fd = open(report_path, O_RDONLY);

	sheetdump_init(d);
	assert_int_equal(sheet_read(fd, &sheet_limits_live, &sink, &fault), SHEET_OK);
	close(fd);
	unlink(report_path);
}

static void every_row_gets_its_answer_in_the_same_layout(void **state)
{
	struct intake_summary s;
	struct fault f;
	struct buf b;
	struct sheetdump d;
	struct intake_job job = { .kind = HEADER_WARNING,
		.ctx = &ctx,
		.limits = &sheet_limits_live,
		.slice = on_warnings,
		.arg = &b,
		.report = new_report(OUTSHEET_XLSX) };
	int fd = village_book();

	(void)state;
	buf_init(&b, 65536);
	assert_true(intake_file(&job, fd, &s, &f));
	assert_int_equal(filereport_close(job.report), OUTSHEET_OK);
	read_report(&d);
	assert_non_null(strstr(d.text.data, "[清单]\n1:示例镇清单\n2:村居|姓名|手机号|身份证号|"
					    "预警时间|处理结果|原因|怎么改\n"));
	assert_non_null(
		strstr(d.text.data, "3:示例村|张三|13800138000||2023-09-19T12:00:00|已受理|案件0"));
	assert_non_null(strstr(d.text.data, "4:|李四|13900139000|||重复，未再处理|案件1"));
	assert_non_null(
		strstr(d.text.data, "5:|王五|13700137000|310118195501010000||未受理|「身份证号」"));
	assert_non_null(strstr(d.text.data, "7:合计||4|||跳过"));
	buf_free(&d.text);
	buf_free(&b);
	close(fd);
}

static void the_report_can_be_mended_and_sent_again(void **state)
{
	static const char file[] = "姓名,手机号,等级\n张三,13800138000,高\n李四,139,高\n";
	struct intake_summary s;
	struct fault f;
	struct buf b;
	struct sheetdump d;
	struct intake_job job = { .kind = HEADER_WARNING,
		.ctx = &ctx,
		.limits = &sheet_limits_live,
		.slice = on_warnings,
		.arg = &b,
		.report = new_report(OUTSHEET_CSV) };

	(void)state;
	buf_init(&b, 65536);
	assert_true(intake_bytes(&job, file, sizeof file - 1, &s, &f));
	assert_int_equal(filereport_close(job.report), OUTSHEET_OK);
	read_report(&d);
	assert_non_null(strstr(d.text.data, "1:姓名|手机号|等级|处理结果|原因|怎么改\n"));
	assert_non_null(strstr(d.text.data, "|未受理|「手机号」"));
	buf_free(&d.text);
	buf_free(&b);
}

static void a_refused_file_is_told_in_its_report(void **state)
{
	struct intake_summary s;
	struct fault f;
	struct buf b;
	struct sheetdump d;
	struct intake_job job = { .kind = HEADER_WARNING,
		.ctx = &ctx,
		.limits = &sheet_limits_live,
		.slice = on_warnings,
		.arg = &b,
		.report = new_report(OUTSHEET_CSV) };

	(void)state;
	buf_init(&b, 65536);
	assert_false(intake_bytes(&job, "\xD0\xCF\x11\xE0....", 8, &s, &f));
	assert_int_equal(filereport_close(job.report), OUTSHEET_OK);
	read_report(&d);
	assert_non_null(strstr(d.text.data, "整个文件未处理|这是旧格式.xls表格"));
	buf_free(&d.text);
	buf_free(&b);
}

/* ---- CSV that goes out ------------------------------------------------------------------------ */

static void nothing_in_a_csv_is_calculated(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = { { "=1+1", "'=1+1" }, { "+8613800138000", "'+8613800138000" }, { "-5", "'-5" },
		{ "@SUM(A1)", "'@SUM(A1)" }, { "\t=1", "'\t=1" }, { "\r=1", "'=1" },
		{ "310118195501010018", "'310118195501010018" }, { "13800138000", "13800138000" },
		{ "a,b", "\"a,b\"" }, { "a\"b", "\"a\"\"b\"" }, { "=a,b", "\"'=a,b\"" },
		{ "a\nb", "\"a\nb\"" }, { "张三", "张三" }, { "", "" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct outsheet *w = outsheet_open(OUTSHEET_CSV, NULL);
		struct buf b, want;

		buf_init(&b, 65536);
		buf_init(&want, 65536);
		outsheet_sheet(w, "", NULL, 0);
		outsheet_text(w, cases[i].in);
		outsheet_int(w, -5);
		outsheet_money(w, -350);
		outsheet_end_row(w);
		assert_int_equal(outsheet_close(w, &b), OUTSHEET_OK);
		buf_addf(&want, "\xEF\xBB\xBF%s,-5,-3.50\r\n", cases[i].out);
		if (strcmp(cases[i].in, "\r=1") ==
			0) { /* the CR goes, and what is left is guarded */
			assert_non_null(strstr(b.data, "'=1"));
		} else {
			assert_string_equal(b.data, want.data);
		}
		buf_free(&b);
		buf_free(&want);
	}
}

static void a_full_disk_is_told(void **state)
{
	struct outsheet *w = outsheet_open(OUTSHEET_CSV, "/dev/full");

	(void)state;
	assert_non_null(w);
	outsheet_sheet(w, "", NULL, 0);
	for (int i = 0; i < 10000; i++) {
		outsheet_text(w, "0123456789");
		outsheet_end_row(w);
	}
	assert_int_equal(outsheet_close(w, NULL), OUTSHEET_IO);
}

int main(int argc, char **argv)
{
	enum { N = sizeof people_rows / sizeof *people_rows };
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(weekdays_and_hours),
		cmocka_unit_test(merged_villages_serial_dates_and_number_cells),
		cmocka_unit_test(every_row_gets_its_answer_in_the_same_layout),
		cmocka_unit_test(the_report_can_be_mended_and_sent_again),
		cmocka_unit_test(a_refused_file_is_told_in_its_report),
		cmocka_unit_test(nothing_in_a_csv_is_calculated),
		cmocka_unit_test(a_full_disk_is_told),
	};
	enum { R = sizeof rules / sizeof *rules };
	struct CMUnitTest tests[N + R];

	if (argc > 1 && strcmp(argv[1], SHEET_CHILD_ARG) == 0)
		return sheet_child_main(argc, argv);
	clock_zone("Asia/Shanghai");
	memcpy(tests + N, rules, sizeof rules);
	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ .name = people_rows[i].name,
			.test_func = reads_people,
			.initial_state = (void *)(uintptr_t)&people_rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
