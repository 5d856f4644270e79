/* xlsx.h, sheet.h, sheet_child.h: what Excel, WPS and attackers write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "outsheet.h"
#include "sheet_child.h"
#include "sheetdump.h"
#include "xlsx.h"
#include "xlsx_style.h"
#include "zipper.h"

#include "banned.h"

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#define UNDER_ASAN __has_feature(address_sanitizer)
#else
#define UNDER_ASAN 0
#endif

#define RELS_TYPE "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define RELS(body) "<?xml version=\"1.0\"?><Relationships>" body "</Relationships>"
#define REL(id, type, target) \
	"<Relationship Id=\"" id "\" Type=\"" RELS_TYPE type "\" Target=\"" target "\"/>"

static const char top_rels[] = RELS(REL("rId1", "officeDocument", "xl/workbook.xml"));
static const char book_rels[] = RELS(REL("rId1", "worksheet", "worksheets/sheet1.xml") REL(
	"rId2", "worksheet", "/xl/worksheets/sheet2.xml") REL("rId3", "styles", "styles.xml")
		REL("rId4", "sharedStrings", "sharedStrings.xml"));
static const char one_sheet[] =
	"<workbook xmlns:r=\"x\"><sheets>"
	"<sheet name=\"预警\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";

#define SHEET(body) "<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet>" body "</worksheet>"
#define DATA(body) SHEET("<sheetData>" body "</sheetData>")

static const struct row {
	const char *name, *sheet, *strings, *styles, *book, *out, *fault;
} rows[] = {
	{ .name = "shared strings, rich text, no phonetic runs",
		.sheet = DATA("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"C1\" "
			      "t=\"s\"><v>1</v></c></row>"),
		.strings = "<sst><si><t>姓名</t></si><si><r><rPr/><t>电</t></r><r><t "
			   "xml:space=\"preserve\">话 "
			   "</t></r><rPh sb=\"0\" "
			   "eb=\"1\"><t>でんわ</t></rPh><phoneticPr/></si></sst>",
		.out = "[预警]\n1:姓名||电话 \n" },
	{ .name = "inline strings and a cached formula",
		.sheet = DATA("<row r=\"2\"><c r=\"A2\" "
			      "t=\"inlineStr\"><is><r><t>张</t></r><r><t>三</t></r></is></c>"
			      "<c r=\"B2\" t=\"str\"><f>A1&amp;\"x\"</f><v>果</v></c><c "
			      "r=\"C2\"><f>1+1</f><v>2</v></c></row>"),
		.out = "[预警]\n2:张三|果|2#n\n" },
	{ .name = "numbers are the file's own digits",
		.sheet = DATA("<row r=\"1\"><c r=\"A1\"><v>310118195501010000</v></c><c "
			      "r=\"B1\"><v>1.3800138E+10</v></c>"
			      "<c r=\"C1\"><v>13800138000</v></c></row>"),
		.out = "[预警]\n1:310118195501010000#n|1.3800138E+10#n|13800138000#n\n" },
	{ .name = "numbers as Java writes them are undone, shown ones are not",
		.sheet = DATA("<row r=\"1\"><c><v>1.3800138E10</v></c><c><v>1.3800138E+10</v></c>"
			      "<c><v>1.5E-3</v></c><c><v>3.101181955010100E17</v></c></row>"),
		.out = "[预警]\n1:13800138000#n|1.3800138E+10#n|1.5E-3#n|3.101181955010100E17#"
		       "n\n" },
	{ .name = "booleans, errors, a missing shared string",
		.sheet = DATA("<row r=\"1\"><c r=\"A1\" t=\"b\"><v>1</v></c><c r=\"B1\" "
			      "t=\"b\"><v>0</v></c>"
			      "<c r=\"C1\" t=\"e\"><v>#N/A</v></c><c r=\"D1\" "
			      "t=\"s\"><v>9</v></c></row>"),
		.strings = "<sst/>",
		.out = "[预警]\n1:TRUE#b|FALSE#b|#N/A#e|#REF!#e\n" },
	{ .name = "dates by built-in, custom and Chinese formats",
		.sheet = DATA(
			"<row r=\"1\"><c r=\"A1\" s=\"0\"><v>45188</v></c><c r=\"B1\" "
			"s=\"1\"><v>45188</v></c>"
			"<c r=\"C1\" s=\"2\"><v>45188.5</v></c><c r=\"D1\" s=\"3\"><v>45188</v></c>"
			"<c r=\"E1\" s=\"99\"><v>1</v></c></row>"),
		.styles = "<styleSheet><numFmts><numFmt numFmtId=\"176\" "
			  "formatCode=\"yyyy&quot;年&quot;m\"/>"
			  "<numFmt numFmtId=\"177\" "
			  "formatCode=\"[Red]0.00&quot;day&quot;\"/></numFmts>"
			  "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf "
			  "numFmtId=\"0\"/>"
			  "<xf numFmtId=\"31\"/><xf numFmtId=\"176\"/><xf "
			  "numFmtId=\"177\"/></cellXfs></styleSheet>",
		.out = "[预警]\n1:45188#n|45188#d|45188.5#d|45188#n|1#n\n" },
	{ .name = "the 1904 flag",
		.sheet = DATA("<row r=\"1\"><c><v>1</v></c></row>"),
		.book = "<workbook><workbookPr date1904=\"1\"/><sheets><sheet name=\"s\" "
			"r:id=\"rId1\"/></sheets></workbook>",
		.out = "[s]1904\n1:1#n\n" },
	{ .name = "merged ranges are known before the rows",
		.sheet = SHEET("<sheetData><row r=\"2\"><c r=\"A2\"><v>7</v></c></row></sheetData>"
			       "<mergeCells><mergeCell ref=\"B3:C3\"/><mergeCell "
			       "ref=\"A2:A4\"/><mergeCell ref=\"A9:A1\"/></mergeCells>"),
		.out = "[预警]{2,0-4,0}{3,1-3,2}\n2:7#n\n" },
	{ .name = "hidden rows are told, hidden sheets only by name",
		.sheet = DATA("<row r=\"1\" hidden=\"1\"><c><v>1</v></c></row><row><c "
			      "r=\"B2\"><v>2</v></c><c><v>3</v></c></row>"),
		.book = "<workbook><sheets><sheet name=\"a\" r:id=\"rId1\"/>"
			"<sheet name=\"b\" state=\"hidden\" r:id=\"rId2\"/></sheets></workbook>",
		.out = "[a]\n1h:1#n\n2:|2#n|3#n\n(b)\n" },
	{ .name = "a false dimension and empty styled cells are harmless",
		.sheet = SHEET("<dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1\"><c "
			       "r=\"A1\"><v>1</v></c>"
			       "<c r=\"XFD1\" s=\"1\"/></row><row r=\"1048576\"><c r=\"A1048576\" "
			       "s=\"1\"/></row></sheetData>"),
		.out = "[预警]\n1:1#n\n" },
	{ .name = "names with a prefix",
		.sheet = "<x:worksheet><x:sheetData><x:row r=\"1\"><x:c "
			 "r=\"A1\"><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>",
		.out = "[预警]\n1:5#n\n" },
	{ .name = "escaped characters",
		.sheet = DATA("<row r=\"1\"><c "
			      "t=\"str\"><v>a_x000D_\nb_x005F_x000D_c&#9;_xZZZZ_</v></c></row>"),
		.out = "[预警]\n1:a\nb_x000D_c\t_xZZZZ_\n" },
	{ .name = "too many columns",
		.sheet = DATA("<row r=\"1\"><c r=\"IW1\"><v>1</v></c></row>"),
		.out = "[预警]\n",
		.fault = "too_many_columns" },
	{ .name = "an inner entity",
		.fault = "xml_doctype",
		.out = "",
		.sheet = "<!DOCTYPE w [<!ENTITY a \"aaaa\">]><worksheet><sheetData><row r=\"1\"><c "
			 "t=\"str\"><v>&a;</v></c></row></sheetData></worksheet>" },
	{ .name = "an outer entity",
		.fault = "xml_doctype",
		.out = "",
		.sheet = "<!DOCTYPE w SYSTEM \"file:///etc/passwd\"><worksheet/>" },
	{ .name = "XML that breaks off",
		.sheet = "<worksheet><sheetData><row r=\"1\"><c><v>1</v></c></row>",
		.out = "",
		.fault = "damaged" },
};

static int make_book(const struct row *r)
{
	struct zipper_part parts[] = {
		{ "_rels/.rels", top_rels, 0 },
		{ "xl/_rels/workbook.xml.rels", book_rels, 0 },
		{ "xl/workbook.xml", r->book ? r->book : one_sheet, 0 },
		{ "xl/worksheets/sheet1.xml", r->sheet, 0 },
		{ "xl/worksheets/sheet2.xml", r->sheet, 0 },
		{ "xl/sharedStrings.xml", r->strings ? r->strings : "<sst/>", 0 },
		{ "xl/styles.xml", r->styles ? r->styles : "<styleSheet/>", 0 },
	};

	return zipper_make(parts, sizeof parts / sizeof *parts, 0);
}

static void reads(void **state)
{
	const struct row *r = *state;
	int fd = make_book(r);

	/* In this process, and in a child by the whole road: alike. */
	for (int child = 0; child < 2; child++) {
		struct sheetdump d;
		struct sheet_sink sink = sheetdump_sink(&d);
		struct fault fault = { .row = 0 };
		enum sheet_rc rc;

		sheetdump_init(&d);
		rc = child ? sheet_read(fd, &sheet_limits_live, &sink, &fault)
			   : xlsx_read(fd, &sheet_limits_live, &sink, &fault);
		assert_string_equal(buf_str(&d.text), r->out);
		assert_string_equal(fault.code, r->fault == NULL ? "" : r->fault);
		assert_int_equal(rc, r->fault == NULL ? SHEET_OK : SHEET_REFUSED);
		buf_free(&d.text);
	}
	close(fd);
}

/* ---- what is no workbook --------------------------------------------------------------- */

#define BYTES(s) .in = (s), .n = sizeof(s) - 1
static const struct wrong {
	const char *name, *in;
	size_t n;
	const char *fault;
} wrongs[] = {
	{ .name = "nothing", BYTES(""), .fault = "empty_file" },
	{ .name = "blanks only", BYTES(" \r\n\t"), .fault = "empty_file" },
	{ .name = "old xls",
		BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 Workbook"),
		.fault = "old_xls" },
	{ .name = "a password",
		BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1.."
		      "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"),
		.fault = "password" },
	{ .name = "HTML with the name of a table",
		BYTES("\xEF\xBB\xBF <TABLE border=1><tr>"),
		.fault = "html" },
	{ .name = "HTML with a doctype", BYTES("<!DOCTYPE HTML><html>"), .fault = "html" },
	{ .name = "a photograph", BYTES("\xFF\xD8\xFF\xE0\0\x10JFIF"), .fault = "image" },
	{ .name = "a screenshot", BYTES("\x89PNG\r\n\x1a\n"), .fault = "image" },
	{ .name = "PDF", BYTES("%PDF-1.4"), .fault = "pdf" },
	{ .name = "JSON", BYTES("[\n {\"name\":1}]"), .fault = "json" },
	{ .name = "an archive cut short", BYTES("PK\x03\x04\x14\0\x06\0"), .fault = "damaged" },
};

static void is_refused_by_name(void **state)
{
	const struct wrong *w = *state;
	struct sheetdump d;
	struct sheet_sink sink = sheetdump_sink(&d);
	struct fault fault = { .row = 0 };

	sheetdump_init(&d);
	assert_int_equal(
		sheet_read_bytes(w->in, w->n, &sheet_limits_live, &sink, &fault), SHEET_REFUSED);
	assert_string_equal(fault.code, w->fault);
	assert_true(strlen(fault.why) > 0 && strlen(fault.mend) > 0);
	assert_int_equal(d.rows, 0);
	buf_free(&d.text);
}

static void a_title_in_brackets_is_no_json(void **state)
{
	(void)state;
	assert_int_equal(sheet_form_of("[示例镇]清单,,\n", 20), SHEET_FORM_TEXT);
	assert_int_equal(sheet_form_of("BMI,年龄\n", 11), SHEET_FORM_TEXT);
}

static void other_archives_are_named(void **state)
{
	static const struct {
		const char *path, *fault;
	} cases[] = { { "word/document.xml", "word" }, { "xl/workbook.bin", "xlsb" },
		{ "content.xml", "ods" }, { "a.csv", "not_xlsx" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct zipper_part part = { cases[i].path, "<x/>", 0 };
		struct sheetdump d;
		struct sheet_sink sink = sheetdump_sink(&d);
		struct fault fault = { .row = 0 };
		int fd = zipper_make(&part, 1, 0);

		sheetdump_init(&d);
		assert_int_equal(sheet_read(fd, &sheet_limits_live, &sink, &fault), SHEET_REFUSED);
		assert_string_equal(fault.code, cases[i].fault);
		buf_free(&d.text);
		close(fd);
	}
}

/* ---- bombs: refused, and soon ------------------------------------ */

static double since(const struct timespec *from)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - from->tv_sec) + (double)(now.tv_nsec - from->tv_nsec) / 1e9;
}

static void refused_soon(int fd, const struct sheet_limits *limits, const char *code)
{
	struct sheetdump d;
	struct sheet_sink sink = sheetdump_sink(&d);
	struct fault fault = { .row = 0 };
	struct timespec from;

	sheetdump_init(&d);
	clock_gettime(CLOCK_MONOTONIC, &from);
	assert_int_equal(sheet_read(fd, limits, &sink, &fault), SHEET_REFUSED);
	assert_string_equal(fault.code, code);
	assert_true(since(&from) < 30); /* not for ever: the figure itself belongs to the bench */
	buf_free(&d.text);
	close(fd);
}

/* A sheet of `head`, then `piece` often enough for n bytes. */
static int fat_book(const char *head, const char *piece, size_t n, const char *tail)
{
	struct row r = { .name = "" };
	struct buf sheet;
	int fd;

	buf_init(&sheet, 128 << 20);
	buf_adds(&sheet, head);
	while (sheet.len < n)
		buf_adds(&sheet, piece);
	buf_adds(&sheet, tail);
	r.sheet = sheet.data;
	fd = make_book(&r);
	buf_free(&sheet);
	return fd;
}

static void blanks_that_inflate_a_thousandfold(void **state)
{
	(void)state;
	refused_soon(fat_book("<worksheet><sheetData>", "                                ",
			     60 << 20, ""),
		&sheet_limits_live, "zip_bomb");
}

static void one_endless_cell(void **state)
{
	(void)state;
	refused_soon(fat_book("<worksheet><sheetData><row r=\"1\"><c t=\"str\"><v>",
			     "aaaaaaaaaaaaaaaaaaaa", 40 << 20, ""),
		&sheet_limits_live, "zip_bomb");
}

static void rows_without_end(void **state)
{
	(void)state;
	refused_soon(fat_book("<worksheet><sheetData>", "<row><c><v>1</v></c></row>", 600000,
			     "</sheetData></worksheet>"),
		&sheet_limits_live, "too_many_rows");
}

static void merges_without_end(void **state)
{
	(void)state;
	refused_soon(fat_book("<worksheet><mergeCells>", "<mergeCell ref=\"A1:B2\"/>", 900000, ""),
		&sheet_limits_live, "too_many_merges");
}

static void entries_without_end(void **state)
{
	struct zipper_part parts[101];
	char names[101][16];

	(void)state;
	for (size_t i = 0; i < 101; i++) {
		snprintf(names[i], sizeof names[i], "part%zu.xml", i);
		parts[i] = (struct zipper_part){ names[i], "<x/>", 0 };
	}
	refused_soon(zipper_make(parts, 101, 0), &sheet_limits_live, "too_many_entries");
}

static void elements_nested_a_million_deep(void **state)
{
	struct sheet_limits limits = sheet_limits_live;

	(void)state;
	limits.ratio = 100000;
	refused_soon(fat_book("<worksheet>", "<a>", 3 << 20, ""), &limits, "damaged");
}

/* Without the limit on bytes the address space holds it. */
static void a_child_that_wants_too_much_memory_dies_alone(void **state)
{
#if UNDER_ASAN
	(void)state;
	skip();
#else
	struct sheet_limits limits = sheet_limits_live;
	struct buf sst;
	struct row r = { .name = "", .sheet = DATA("<row r=\"1\"><c t=\"s\"><v>0</v></c></row>") };
	int fd;

	(void)state;
	limits.ratio = 1000000;
	limits.inflated = (size_t)1 << 30;
	limits.memory = 48 << 20;
	buf_init(&sst, 128 << 20);
	buf_adds(&sst, "<sst>");
	for (int i = 0; i < 400000; i++)
		buf_addf(&sst, "<si><t>%0*d</t></si>", 90, i);
	buf_adds(&sst, "</sst>");
	r.strings = sst.data;
	fd = make_book(&r);
	buf_free(&sst);
	refused_soon(fd, &limits, "too_heavy");
#endif
}

static void a_child_that_computes_too_long_is_ended(void **state)
{
	struct sheet_limits limits = sheet_limits_live;
	struct sheetdump d;
	struct sheet_sink sink = sheetdump_sink(&d);
	struct fault fault = { .row = 0 };
	/* Nothing is counted of what says nothing: only the time can end it. */
	int fd = fat_book("<worksheet><sheetData>", "<x/>", 120 << 20, "</sheetData></worksheet>");

	(void)state;
	limits.ratio = 1000000;
	limits.inflated = (size_t)1 << 30;
	limits.seconds = 1;
	sheetdump_init(&d);
	assert_int_equal(sheet_read(fd, &limits, &sink, &fault), SHEET_REFUSED);
	assert_string_equal(fault.code, "too_heavy");
	buf_free(&d.text);
	close(fd);
}

/* ---- the child ------------------------------------------------------------------------- */

static int open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

static void no_descriptor_and_no_child_is_left_behind(void **state)
{
	struct row r = { .name = "",
		.sheet = DATA("<row><c><v>1</v></c></row><row><c><v>1</v></c></row>") };
	int before = open_descriptors();

	(void)state;
	for (int stop = 0; stop < 2; stop++) {
		struct sheetdump d;
		struct sheet_sink sink = sheetdump_sink(&d);
		struct fault fault;
		int fd = make_book(&r);

		sheetdump_init(&d);
		d.stop_after = (size_t)stop;
		assert_int_equal(sheet_read(fd, &sheet_limits_live, &sink, &fault),
			stop ? SHEET_STOPPED : SHEET_OK);
		buf_free(&d.text);
		close(fd);
	}
	assert_int_equal(open_descriptors(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_program_that_is_no_reader_is_survived(void **state)
{
	struct row r = { .name = "", .sheet = DATA("") };
	int fd = make_book(&r);

	(void)state;
	sheet_child_program("/bin/echo");
	refused_soon(dup(fd), &sheet_limits_live, "too_heavy");
	sheet_child_program("/nonexistent");
	refused_soon(fd, &sheet_limits_live, "cannot_read");
	sheet_child_program(NULL);
}

/* ---- our own writer, read back --------------------------------------------------------- */

static void what_we_write_we_read(void **state)
{
	static const struct outsheet_column columns[] = { { "姓名", 0 }, { "电话", 0 },
		{ "金额", 0 } };
	struct outsheet *w = outsheet_open(OUTSHEET_XLSX, NULL);
	struct sheetdump d;
	struct sheet_sink sink = sheetdump_sink(&d);
	struct fault fault;
	struct buf file;

	(void)state;
	assert_true(clock_zone("Asia/Shanghai"));
	buf_init(&file, 1 << 20);
	outsheet_sheet(w, "预警[1]", columns, 3);
	outsheet_text(w, "=1+1");
	outsheet_text(w, "+8613800138000");
	outsheet_money(w, 3500050);
	outsheet_end_row(w);
	outsheet_text(w, "a\x01\nb");
	outsheet_text(w, "310118195501010018");
	outsheet_time(w, 1695105000000);
	outsheet_end_row(w);
	outsheet_sheet(w, "预警[1]", NULL, 0);
	assert_int_equal(outsheet_close(w, &file), OUTSHEET_OK);
	sheetdump_init(&d);
	assert_int_equal(
		sheet_read_bytes(file.data, file.len, &sheet_limits_live, &sink, &fault), SHEET_OK);
	assert_string_equal(buf_str(&d.text),
		"[预警_1_]\n1:姓名|电话|金额\n2:=1+1|+8613800138000|35000.5#n\n"
		"3:a\nb|310118195501010018|45188.60416666666#d\n[Sheet2]\n");
	buf_free(&d.text);
	buf_free(&file);
}

static void formats_that_are_dates(void **state)
{
	static const struct {
		const char *format;
		bool date;
	} cases[] = { { "yyyy\\-mm\\-dd", true }, { "[$-804]上午/下午h:mm;@", true },
		{ "[h]:mm", true }, { "General", false }, { "G/通用格式", false },
		{ "0.00E+00", false }, { "#,##0.00_);[Red]\\(#,##0.00\\)", false },
		{ "\"day\"0", false }, { "0\\d", false }, { "[红色]0", false }, { "[", false },
		{ "\"", false }, { "\\", false }, { "", false } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(xlsx_format_is_date(cases[i].format), cases[i].date);
}

int main(int argc, char **argv)
{
	enum { N = sizeof rows / sizeof *rows, W = sizeof wrongs / sizeof *wrongs };
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(a_title_in_brackets_is_no_json),
		cmocka_unit_test(other_archives_are_named),
		cmocka_unit_test(blanks_that_inflate_a_thousandfold),
		cmocka_unit_test(one_endless_cell),
		cmocka_unit_test(rows_without_end),
		cmocka_unit_test(merges_without_end),
		cmocka_unit_test(entries_without_end),
		cmocka_unit_test(elements_nested_a_million_deep),
		cmocka_unit_test(a_child_that_wants_too_much_memory_dies_alone),
		cmocka_unit_test(a_child_that_computes_too_long_is_ended),
		cmocka_unit_test(no_descriptor_and_no_child_is_left_behind),
		cmocka_unit_test(a_program_that_is_no_reader_is_survived),
		cmocka_unit_test(what_we_write_we_read),
		cmocka_unit_test(formats_that_are_dates),
	};
	enum { R = sizeof rules / sizeof *rules };
	struct CMUnitTest tests[N + W + R];

	if (argc > 1 && strcmp(argv[1], SHEET_CHILD_ARG) == 0)
		return sheet_child_main(argc, argv);
	memcpy(tests + N + W, rules, sizeof rules);
	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = reads,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < W; i++)
		tests[N + i] = (struct CMUnitTest){ .name = wrongs[i].name,
			.test_func = is_refused_by_name,
			.initial_state = (void *)(uintptr_t)&wrongs[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
