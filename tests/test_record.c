/* record_read.h, record.h, intake.h: what becomes of a row, an object, a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "intake.h"
#include "json.h"
#include "outsheet.h"
#include "record_read.h"
#include "sheet_child.h"
#include "source.h"

#include "banned.h"

#define NOW INT64_C(1695105000000) /* 2023-09-19 14:30 in Shanghai */

/*
 * expect: a part of record_write(); a number, text or object in it has to be there, a list has
 * to be the same. NULL: the row is refused with the code `fault` in the column `column`.
 */
static const struct row {
	const char *name, *header, *cells, *expect, *fault, *column;
} rows[] = {
	{ .name = "a plain row",
		.header =
			"预警编号,预警时间,风险等级,诈骗类型,姓名,身份证号,手机号,现住址,来源,备注",
		.cells = "YJ001,2023-09-19 "
			 "14:05,高,刷单,张三,11010519491231002X,13800138000,示例村6组,部资金端,"
			 "多次转账",
		.expect = "{'warn_no':'YJ001','warn_time':'2023-09-19T14:05:00.000+08:00','level':'"
			  "HIGH','level_raw':'高',"
			  "'fraud_type':'BRUSH_REBATE','fraud_type_raw':'刷单','name':'张三','id_"
			  "no':'11010519491231002X',"
			  "'id_type':'resident','sex':'F','birth':'1949-12-31','age':73,'phones':['"
			  "13800138000'],"
			  "'address':'示例村6组','source':'ministry','channel_end':'funds','remark'"
			  ":'多次转账','flags':[]}" },
	{ .name = "several numbers, each once, the bad one told",
		.header = "姓名,手机号,联系电话",
		.cells = "张三,\"13800138000、13900139000、1380013\",0086 13800138000",
		.expect = "{'phones':['13800138000','13900139000'],'flags':['bad_phone','level_"
			  "unmapped']}" },
	{ .name = "an unknown level counts as high",
		.header = "姓名,手机号,等级",
		.cells = "张三,13800138000,紫色",
		.expect = "{'level':'HIGH','level_raw':'紫色','flags':['level_unmapped']}" },
	{ .name = "an unknown fraud type is kept as text",
		.header = "姓名,手机号,诈骗类型,等级",
		.cells = "张三,13800138000,卖火星土地,高",
		.expect = "{'fraud_type':'UNKNOWN','fraud_type_raw':'卖火星土地','flags':['fraud_"
			  "unmapped']}" },
	{ .name = "预警类型 tells the end",
		.header = "姓名,手机号,预警类型,等级",
		.cells = "张三,13800138000,资金预警,高",
		.expect = "{'channel_end':'funds','fraud_type':'UNKNOWN','flags':[]}" },
	{ .name = "a row that names nobody",
		.header = "姓名,手机号,身份证号,地址",
		.cells = "无,/,—,示例村6组",
		.fault = "nobody",
		.column = "" },
	{ .name = "a name alone goes to a human",
		.header = "姓名,手机号,等级",
		.cells = "张三,,高",
		.expect = "{'name':'张三','phones':[],'flags':['name_only']}" },
	{ .name = "a damaged ID refuses the row whatever else is there",
		.header = "姓名,身份证号,手机号",
		.cells = "张三,3.10118E+17,13800138000",
		.fault = "excel_damaged",
		.column = "身份证号" },
	{ .name = "a wrong ID beside a good number is told",
		.header = "姓名,身份证号,手机号,等级",
		.cells = "张三,110105194912310021,13800138000,高",
		.expect = "{'id_no':null,'phones':['13800138000'],'flags':['bad_id_no'],'extra':{'"
			  "身份证号':'110105194912310021'}}" },
	{ .name = "a wrong ID and nothing else refuses the row",
		.header = "姓名,身份证号,手机号",
		.cells = "张三,110105194912310021,",
		.fault = "bad_checksum",
		.column = "身份证号" },
	{ .name = "a wrong number beside name and address is told",
		.header = "姓名,手机号,地址,等级",
		.cells = "张三,1380013800,示例村6组,高",
		.expect = "{'name':'张三','phones':[],'flags':['bad_phone']}" },
	{ .name = "all numbers wrong and nothing else refuses the row",
		.header = "姓名,手机号",
		.cells = "张三,1380013800",
		.fault = "too_short",
		.column = "手机号" },
	{ .name = "a masked number is no number, its pattern is kept",
		.header = "姓名,手机号,村居,等级",
		.cells = "张*,138****5678,示例村,高",
		.expect = "{'name':'张*','phones':[],'village':'示例村','flags':['name_wild','"
			  "phone_masked','bad_phone'],"
			  "'extra':{'手机号':'138****5678'}}" },
	{ .name = "a hotline is nobody's own number",
		.header = "姓名,手机号,身份证号,等级",
		.cells = "张三,96110,11010519491231002X,高",
		.expect = "{'phones':[],'flags':['bad_phone']}" },
	{ .name = "sex and birth of the ID win and the difference is told",
		.header = "姓名,身份证号,性别,出生日期,等级",
		.cells = "张三,11010519491231002X,男,1950-01-01,高",
		.expect = "{'sex':'F','birth':'1949-12-31','flags':['sex_differs','birth_differs']"
			  "}" },
	{ .name = "a wrong age and a wrong date are told",
		.header = "姓名,手机号,年龄,预警时间,等级",
		.cells = "张三,13800138000,四十几,9月35日,高",
		.expect = "{'age':null,'warn_time':null,'flags':['bad_age','bad_warn_time']}" },
	{ .name = "birth gives the age",
		.header = "姓名,手机号,出生日期,等级",
		.cells = "张三,13800138000,1980-09-20,高",
		.expect = "{'birth':'1980-09-20','age':42}" },
	{ .name = "amounts in the unit of the header",
		.header = "姓名,手机号,涉案金额(万元),等级",
		.cells = "张三,13800138000,3.5,高",
		.expect = "{'amount':'35000','amount_fen':3500000}" },
	{ .name = "a range is no amount",
		.header = "姓名,手机号,涉案金额,等级",
		.cells = "张三,13800138000,3-5万,高",
		.expect = "{'amount':null,'flags':['bad_amount'],'extra':{'涉案金额':'3-5万'}}" },
	{ .name = "the columns of a transfer are one transfer",
		.header = "姓名,手机号,收款账号,收款户名,金额,转账时间,等级",
		.cells = "张三,13800138000,6222 0200 0000 0000 123,李四,5000,2023-09-19 13:00,高",
		.expect = "{'amount_fen':500000,'suspects':['account:6222020000000000123'],'tx':[{'"
			  "in_account':'6222020000000000123',"
			  "'payee':'李四','amount_fen':500000,'tx_time':'2023-09-19T13:00:00.000+"
			  "08:00'}]}" },
	{ .name = "the other side's numbers are not the resident's",
		.header = "姓名,被叫号码,主叫号码,涉案网址,等级",
		.cells = "张三,13800138000,+85221234567,http://a.example,高",
		.expect = "{'phones':['13800138000'],'suspects':['phone:+85221234567','url:http://"
			  "a.example']}" },
	{ .name = "the officer's number is not the resident's",
		.header = "姓名,手机号,责任民警,联系电话,等级",
		.cells = "张三,13800138000,李警官,13900139000,高",
		.expect = "{'phones':['13800138000'],'officer':'李警官','officer_phone':'"
			  "13900139000'}" },
	{ .name = "unknown columns are kept",
		.header = "姓名,手机号,归属地,等级",
		.cells = "张三,13800138000,上海联通,高",
		.expect = "{'extra':{'归属地':'上海联通'},'flags':[]}" },
	{ .name = "a cell behind the header is kept under its letter",
		.header = "姓名,手机号,等级",
		.cells = "张三,13800138000,高,另注",
		.expect = "{'extra':{'第D列':'另注'}}" },
	{ .name = "deadlines as spans count from now",
		.header = "姓名,手机号,见面时限,签收时限,等级",
		.cells = "张三,13800138000,30分钟,2小时内,高",
		.expect = "{'deadline_meet':'2023-09-19T15:00:00.000+08:00','deadline_ack':'2023-"
			  "09-19T16:30:00.000+08:00'}" },
	{ .name = "seconds of a call in all forms",
		.header = "姓名,手机号,通话时长,等级",
		.cells = "张三,13800138000,2分05秒,高",
		.expect = "{'call_seconds':125}" },
	{ .name = "a village code and a village name",
		.header = "姓名,手机号,村居,等级",
		.cells = "张三,13800138000,310118110203,高",
		.expect = "{'area':'310118110203','village':null}" },
	{ .name = "a company is a victim too",
		.header = "姓名,手机号,等级",
		.cells = "示例贸易有限公司,13800138000,高",
		.expect = "{'name':'示例贸易有限公司','flags':['name_org']}" },
	{ .name = "a document of another country is kept unchecked",
		.header = "姓名,证件类型,证件号码,等级",
		.cells = "JOHN SMITH,外国护照,X1234567,高",
		.expect = "{'id_no':'X1234567','id_type':'外国护照','flags':['id_unchecked']}" },
	{ .name = "a formula that failed is told",
		.header = "姓名,手机号,地址,等级",
		.cells = "张三,13800138000,#REF!,高",
		.expect = "{'address':null,'flags':['bad_addr_live']}" },
};

/* ---- collecting ------------------------------------------------------------------------- */

enum { MOST = 64 };

struct got {
	size_t count;
	struct {
		int row;
		enum intake_verdict verdict;
		struct fault fault;
		size_t notes;
		json_t *record;
	} item[MOST];
	size_t slices, biggest;
};

static json_t *written(const struct warning_record *r)
{
	struct buf b;
	json_t *o;

	buf_init(&b, 1 << 20);
	record_write(r, &b);
	o = json_loads(buf_str(&b), JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(o);
	buf_free(&b);
	return o;
}

static bool collect(void *arg, struct intake_item *items, size_t count)
{
	struct got *g = arg;

	g->slices++;
	g->biggest = count > g->biggest ? count : g->biggest;
	for (size_t i = 0; i < count; i++) {
		if (items[i].verdict == INTAKE_OPEN)
			items[i].verdict = INTAKE_ACCEPTED;
		if (g->count == MOST)
			continue;
		g->item[g->count].row = items[i].row;
		g->item[g->count].verdict = items[i].verdict;
		g->item[g->count].fault = items[i].fault;
		g->item[g->count].notes = items[i].notes.count;
		g->item[g->count].record = items[i].warning ? written(items[i].warning) : NULL;
		g->count++;
	}
	return true;
}

static void forget(struct got *g)
{
	for (size_t i = 0; i < g->count; i++)
		json_decref(g->item[i].record);
	*g = (struct got){ .count = 0 };
}

static const struct intake_ctx plain_ctx = { .now_ms = NOW, .area_code = "021" };

static bool take(
	const void *bytes, size_t n, struct got *g, struct intake_summary *s, struct fault *f)
{
	struct intake_job job = { .kind = HEADER_WARNING,
		.ctx = &plain_ctx,
		.limits = &sheet_limits_live,
		.slice = collect,
		.arg = g };

	*g = (struct got){ .count = 0 };
	return intake_bytes(&job, bytes, n, s, f);
}

/* ---- comparing ---------------------------------------------------------------------------- */

static json_t *quoted(const char *text)
{
	struct buf b;
	json_t *o;

	buf_init(&b, 65536);
	buf_adds(&b, text);
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] == '\'')
			b.data[i] = '"';
	o = json_loads(b.data, 0, NULL);
	assert_non_null(o);
	buf_free(&b);
	return o;
}

static void holds(const json_t *got, const json_t *want, const char *path)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)want, key, v) {
		json_t *g = json_object_get(got, key);

		if (json_is_object(v)) {
			holds(g, v, key);
		} else if (json_is_array(v) && json_is_object(json_array_get(v, 0))) {
			assert_int_equal(json_array_size(g), json_array_size(v));
			holds(json_array_get(g, 0), json_array_get(v, 0), key);
		} else if (json_is_null(v) ? g != NULL : !json_equal(g, v)) {
			char *a = json_dumps(g, JSON_ENCODE_ANY),
			     *b = json_dumps(v, JSON_ENCODE_ANY);

			fail_msg("%s.%s: got %s, want %s", path, key, a ? a : "nothing", b);
		}
	}
}

static void reads(void **state)
{
	const struct row *r = *state;
	struct intake_summary s;
	struct fault f;
	struct got g;
	struct buf b;

	buf_init(&b, 65536);
	buf_addf(&b, "%s\n%s\n", r->header, r->cells);
	assert_true(take(b.data, b.len, &g, &s, &f));
	assert_int_equal(g.count, 1);
	assert_int_equal(g.item[0].row, 2);
	if (r->expect != NULL) {
		json_t *want = quoted(r->expect), *again;
		struct warning_record *back;

		if (g.item[0].verdict != INTAKE_ACCEPTED)
			fail_msg("refused: %s %s", g.item[0].fault.code, g.item[0].fault.why);
		holds(g.item[0].record, want, "");
		back = record_of_json(g.item[0].record); /* keeping loses nothing */
		again = written(back);
		assert_true(json_equal(again, g.item[0].record));
		record_free(back);
		json_decref(again);
		json_decref(want);
	} else {
		assert_int_equal(g.item[0].verdict, INTAKE_REFUSED);
		assert_string_equal(g.item[0].fault.code, r->fault);
		assert_string_equal(g.item[0].fault.column, r->column);
		assert_int_equal(g.item[0].fault.row, 2);
		assert_true(*g.item[0].fault.why != '\0' && *g.item[0].fault.mend != '\0');
	}
	forget(&g);
	buf_free(&b);
}

/* ---- files as a whole ----------------------------------------------------------------------- */

static void titles_repeats_totals_and_dittos(void **state)
{
	static const char file[] =
		"示例镇9月19日预警清单,,\n填报单位：示例派出所,,\n"
		"姓名,手机号,村居,等级\n张三,13800138000,示例村,高\n李四,13900139000,同上,〃\n"
		"姓名,手机号,村居,等级\n王五,13700137000,同上,中\n合计,3,,\n填表人：赵六,,,\n";
	static const enum intake_verdict want[] = { INTAKE_ACCEPTED, INTAKE_ACCEPTED,
		INTAKE_SKIPPED, INTAKE_ACCEPTED, INTAKE_SKIPPED, INTAKE_SKIPPED };
	struct intake_summary s;
	struct fault f;
	struct got g;

	(void)state;
	assert_true(take(file, sizeof file - 1, &g, &s, &f));
	assert_int_equal(g.count, 6);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(g.item[i].row, 4 + (int)i);
		assert_int_equal(g.item[i].verdict, want[i]);
	}
	assert_string_equal(json_str(g.item[1].record, "village"), "示例村");
	assert_string_equal(json_str(g.item[1].record, "level_raw"), "高");
	assert_string_equal(json_str(g.item[3].record, "village"), "示例村");
	assert_int_equal(s.records, 3);
	assert_int_equal(s.verdicts[INTAKE_SKIPPED], 3);
	forget(&g);
}

static void without_a_header_the_file_is_refused(void **state)
{
	static const char file[] = "张三,13800138000,示例村\n李四,13900139000,示例村\n";
	struct intake_summary s;
	struct fault f;
	struct got g;

	(void)state;
	assert_false(take(file, sizeof file - 1, &g, &s, &f));
	assert_string_equal(f.code, "no_header");
	assert_int_equal(g.count, 0);
	forget(&g);
}

static void a_form_is_one_record(void **state)
{
	static const char file[] = "姓名\t张三\n电话\t13800138000\n等级\t高\n备注\t请尽快上门\n";
	struct intake_summary s;
	struct fault f;
	struct got g;

	(void)state;
	assert_true(take(file, sizeof file - 1, &g, &s, &f));
	assert_int_equal(g.count, 1);
	assert_string_equal(json_str(g.item[0].record, "name"), "张三");
	assert_string_equal(json_str(g.item[0].record, "remark"), "请尽快上门");
	forget(&g);
}

static void slices_are_at_most_500_and_in_order(void **state)
{
	struct intake_summary s;
	struct fault f;
	struct got g;
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_adds(&b, "姓名,手机号,等级\n");
	for (int i = 0; i < 1201; i++)
		buf_addf(&b, "张三,1380013%04d,高\n", i);
	assert_true(take(b.data, b.len, &g, &s, &f));
	assert_int_equal(s.records, 1201);
	assert_int_equal(g.slices, 3);
	assert_int_equal(g.biggest, INTAKE_SLICE);
	assert_int_equal(g.item[MOST - 1].row, MOST + 1);
	forget(&g);
	buf_free(&b);
}

static bool stop_at_once(void *arg, struct intake_item *items, size_t count)
{
	(void)items;
	*(size_t *)arg += count;
	return false;
}

static void a_receiver_that_stops_is_heard(void **state)
{
	size_t seen = 0;
	struct intake_job job = { .kind = HEADER_WARNING,
		.ctx = &plain_ctx,
		.limits = &sheet_limits_live,
		.slice = stop_at_once,
		.arg = &seen };
	struct intake_summary s;
	struct fault f;
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_adds(&b, "姓名,手机号,等级\n");
	for (int i = 0; i < 1201; i++)
		buf_addf(&b, "张三,1380013%04d,高\n", i);
	assert_true(intake_bytes(&job, b.data, b.len, &s, &f));
	assert_true(s.stopped);
	assert_int_equal(seen, INTAKE_SLICE);
	buf_free(&b);
}

/* ---- JSON ------------------------------------------------------------------------------------- */

static const struct json_row {
	const char *name, *text, *expect, *fault;
	size_t count;
} json_rows[] = {
	{ .name = "the names of the contract",
		.count = 1,
		.text = "{'source':'96110','warn_no':'A1','warn_time':'2023-09-19T06:05:00Z','"
			"level':'CRITICAL','fraud_type':'FAKE_LOAN',"
			"'name':'张三','phones':['13800138000','021-55550000'],'address':'"
			"示例村6组','area':'310118110203',"
			"'suspect_phones':['+85221234567'],'amount':35000.5,'remark':'x','drill':"
			"true,'score':{'a':1}}",
		.expect = "{'source':'96110','warn_no':'A1','warn_time':'2023-09-19T14:05:00.000+"
			  "08:00','level':'CRITICAL',"
			  "'fraud_type':'FAKE_LOAN','name':'张三','phones':['13800138000','021-"
			  "55550000'],'area':'310118110203',"
			  "'suspects':['phone:+85221234567'],'amount_fen':3500050,'extra':{'drill':"
			  "true,'score':{'a':1}},'flags':[]}" },
	{ .name = "Chinese keys",
		.count = 1,
		.text = "{'姓名':'张三','手机号码':13800138000,'风险等级':'低','简要案情':'x'}",
		.expect = "{'name':'张三','phones':['13800138000'],'level':'LOW','remark':'x'}" },
	{ .name = "an ID number as an integer is exact",
		.count = 1,
		.text = "{'name':'张三','id_no':310118195501010018,'level':'高'}",
		.expect = "{'id_no':'310118195501010018','flags':[]}" },
	{ .name = "seconds and milliseconds since 1970",
		.count = 1,
		.text = "{'name':'张三','phone':'13800138000','warn_time':1695105000,'issue_time':"
			"1695105000000}",
		.expect = "{'warn_time':'2023-09-19T14:30:00.000+08:00','issue_time':'2023-09-"
			  "19T14:30:00.000+08:00'}" },
	{ .name = "several transfers",
		.count = 1,
		.text = "{'name':'张三','phone':'13800138000','tx':[{'in_account':'6222','amount':'"
			"3万'},{'收款账号':'6223','金额':500}]}",
		.expect = "{'amount_fen':3050000,'suspects':['account:6222','account:6223'],'tx':[{"
			  "'in_account':'6222','amount_fen':3000000},{}]}" },
	{ .name = "null and empty are not given",
		.count = 1,
		.text = "{'name':'张三','phone':'13800138000','id_no':null,'address':''}",
		.expect = "{'id_no':null,'address':null}" },
	{ .name = "an array, the wrong ones refused alone",
		.count = 3,
		.text = "[{'name':'张三','phone':'13800138000'},7,{'level':'高'}]",
		.expect = "{'name':'张三'}" },
	{ .name = "one object a line",
		.count = 3,
		.text = "{'name':'张三','phone':'13800138000'}\n\n{'name':\n{'name':'李四','phone':"
			"'13900139000'}\n",
		.expect = "{'name':'张三'}" },
	{ .name = "an array that breaks off", .text = "[{'name':'张三'},", .fault = "bad_json" },
	{ .name = "an empty array", .text = "[]" },
};

static void reads_json(void **state)
{
	const struct json_row *r = *state;
	struct intake_summary s;
	struct fault f;
	struct got g;
	struct buf b;

	buf_init(&b, 65536);
	buf_adds(&b, r->text);
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] == '\'')
			b.data[i] = '"';
	assert_int_equal(take(b.data, b.len, &g, &s, &f), r->fault == NULL);
	assert_string_equal(f.code, r->fault == NULL ? "" : r->fault);
	assert_int_equal(g.count, r->count);
	if (r->expect != NULL) {
		json_t *want = quoted(r->expect);

		assert_int_equal(g.item[0].verdict, INTAKE_ACCEPTED);
		holds(g.item[0].record, want, "");
		json_decref(want);
	}
	forget(&g);
	buf_free(&b);
}

static void a_wrong_line_is_named_by_its_number(void **state)
{
	static const char text[] = "{\"name\":\"张三\"}\n\n{\"name\":\n{\"level\":\"高\"}\n";
	struct intake_summary s;
	struct fault f;
	struct got g;

	(void)state;
	assert_true(take(text, sizeof text - 1, &g, &s, &f));
	assert_int_equal(g.count, 3);
	assert_int_equal(g.item[1].row, 3);
	assert_string_equal(g.item[1].fault.code, "bad_json");
	assert_int_equal(g.item[2].row, 4);
	assert_string_equal(g.item[2].fault.code, "nobody");
	forget(&g);
}

/* ---- the number of a record ------------------------------------------------------------------- */

static void number_of(const char *cells, char out[RECORD_NO])
{
	struct intake_summary s;
	struct fault f;
	struct got g;
	struct buf b;

	buf_init(&b, 65536);
	buf_addf(&b, "编号,预警时间,姓名,手机号,诈骗类型,来源,备注\n%s\n", cells);
	assert_true(take(b.data, b.len, &g, &s, &f));
	assert_int_equal(g.count, 1);
	snprintf(out, RECORD_NO, "%s", json_str(g.item[0].record, "warn_no"));
	forget(&g);
	buf_free(&b);
}

static void a_record_without_number_is_known_by_what_it_says(void **state)
{
	static const char *const same[] = { ",2023-09-19 14:00,张三,13800138000,刷单,96110,a",
		",2023/9/19 14:00:00,张 三,+86 138-0013-8000,兼职刷单,96110,b" };
	static const char *const others[] = { ",2023-09-19 14:01,张三,13800138000,刷单,96110,a",
		",2023-09-19 14:00,张三,13900139000,刷单,96110,a",
		",2023-09-19 14:00,张三,13800138000,网贷,96110,a",
		",2023-09-19 14:00,张三,13800138000,刷单,12381,a" };
	char a[RECORD_NO], b[RECORD_NO];

	(void)state;
	number_of(same[0], a);
	number_of(same[1], b);
	assert_string_equal(a, b);
	assert_true(strncmp(a, "h:", 2) == 0);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		number_of(others[i], b);
		assert_string_not_equal(a, b);
	}
	number_of("YJ-7,,张三,13800138000,,,", a);
	assert_string_equal(a, "YJ-7");
}

static void masked_values_only(void **state)
{
	static const char file[] = "姓名,身份证号,手机号\n张三丰,11010519491231,\n,,1380013800\n";
	struct intake_summary s;
	struct fault f;
	struct got g;

	(void)state;
	assert_true(take(file, sizeof file - 1, &g, &s, &f));
	assert_null(strstr(g.item[0].fault.value, "11010519491231"));
	assert_null(strstr(g.item[1].fault.value, "1380013800"));
	assert_true(*g.item[1].fault.value != '\0');
	forget(&g);
}

static void sources_and_ends(void **state)
{
	static const struct {
		const char *word, *source, *end;
	} cases[] = { { "部资金端", "ministry", "funds" },
		{ "国家反诈大数据平台(部)", "ministry", NULL }, { "国家反诈中心APP", "app", "app" },
		{ "青浦区反诈中心", "district", NULL }, { "上海市反诈中心", "city", NULL },
		{ "省厅电话端", "province", "phone" }, { "12381短信", "12381", NULL },
		{ "96110", "96110", NULL }, { "农业银行白鹤支行", "bank", NULL },
		{ "群众举报", "tip", NULL }, { "白鹤派出所", "station", NULL },
		{ "随便", NULL, NULL } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *source = source_of_word(cases[i].word),
			   *end = source_end_of_word(cases[i].word);

		assert_string_equal(source ? source : "-", cases[i].source ? cases[i].source : "-");
		assert_string_equal(end ? end : "-", cases[i].end ? cases[i].end : "-");
	}
}

/* ---- a workbook as a liaison sends it ------------------------------------------------------------ */

static void a_workbook_of_two_villages(void **state)
{
	static const struct outsheet_column columns[] = { { "姓名", 0 }, { "手机号", 0 },
		{ "等级", 0 } };
	struct outsheet *w = outsheet_open(OUTSHEET_XLSX, NULL);
	struct intake_summary s;
	struct fault f;
	struct got g;
	struct buf file;

	(void)state;
	buf_init(&file, 1 << 20);
	for (int i = 0; i < 2; i++) {
		outsheet_sheet(w, i == 0 ? "示例村" : "样板村", columns, 3);
		outsheet_text(w, i == 0 ? "张三" : "李四");
		outsheet_text(w, "13800138000");
		outsheet_text(w, "高");
		outsheet_end_row(w);
	}
	outsheet_sheet(w, "说明", NULL, 0);
	outsheet_text(w, "请每天下午四点前反馈");
	outsheet_end_row(w);
	assert_int_equal(outsheet_close(w, &file), OUTSHEET_OK);
	assert_true(take(file.data, file.len, &g, &s, &f));
	assert_int_equal(g.count, 2);
	assert_string_equal(json_str(g.item[1].record, "name"), "李四");
	assert_int_equal(s.headless, 1);
	assert_non_null(strstr(s.note[0], "说明"));
	forget(&g);
	buf_free(&file);
}

int main(int argc, char **argv)
{
	enum { N = sizeof rows / sizeof *rows, J = sizeof json_rows / sizeof *json_rows };
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(titles_repeats_totals_and_dittos),
		cmocka_unit_test(without_a_header_the_file_is_refused),
		cmocka_unit_test(a_form_is_one_record),
		cmocka_unit_test(slices_are_at_most_500_and_in_order),
		cmocka_unit_test(a_receiver_that_stops_is_heard),
		cmocka_unit_test(a_wrong_line_is_named_by_its_number),
		cmocka_unit_test(a_record_without_number_is_known_by_what_it_says),
		cmocka_unit_test(masked_values_only),
		cmocka_unit_test(sources_and_ends),
		cmocka_unit_test(a_workbook_of_two_villages),
	};
	enum { R = sizeof rules / sizeof *rules };
	struct CMUnitTest tests[N + J + R];

	if (argc > 1 && strcmp(argv[1], SHEET_CHILD_ARG) == 0)
		return sheet_child_main(argc, argv);
	clock_zone("Asia/Shanghai");
	memcpy(tests + N + J, rules, sizeof rules);
	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = reads,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < J; i++)
		tests[N + i] = (struct CMUnitTest){ .name = json_rows[i].name,
			.test_func = reads_json,
			.initial_state = (void *)(uintptr_t)&json_rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
