/* csv.h: encodings, separators, quotes, row numbers, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "csv.h"
#include "sheetdump.h"
#include "text.h"

#include "banned.h"

#define BYTES(s) .in = (s), .n = sizeof(s) - 1

static const struct row {
	const char *name, *in;
	size_t n;
	const char *out;   /* what is told */
	const char *fault; /* its code, or NULL */
	int fault_row;
} rows[] = {
	{ .name = "plain UTF-8",
		BYTES("姓名,电话\n张三,13800138000\n"),
		.out = "1:姓名|电话\n2:张三|13800138000\n" },
	{ .name = "a mark (BOM) is no text",
		BYTES("\xEF\xBB\xBF姓名,电话\r\n张三,1\r\n"),
		.out = "1:姓名|电话\n2:张三|1\n" },
	{ .name = "GBK",
		BYTES("\xD0\xD5\xC3\xFB,\xB5\xE7\xBB\xB0\n\xD5\xC5\xC8\xFD,1\n"),
		.out = "1:姓名|电话\n2:张三|1\n" },
	{ .name = "the second byte of GBK is a backslash or a bar",
		BYTES("\xD0\xD5\xC3\xFB,\x84\x7C\n\x95\x5C,\xE9\x7C\xD5\xC5\n"),
		.out = "1:姓名|剕\n2:昞|閨张\n" },
	{ .name = "four bytes of GB18030",
		BYTES("\xD0\xD5\xC3\xFB,1\n\x95\x34\xB2\x35\xC8\xFD,2\n"),
		.out = "1:姓名|1\n2:𠮷三|2\n" },
	{ .name = "UTF-16LE with tabs, the 'Unicode text' of Excel",
		BYTES("\xFF\xFE\xD3\x59\x0D\x54\x09\x00\x31\x00\x0D\x00\x0A\x00\x20\x5F\x0A\x4E\x09"
		      "\x00\x32\x00"),
		.out = "1:姓名|1\n2:张上|2\n" },
	{ .name = "UTF-16BE whose characters hold the byte of a line feed",
		BYTES("\xFE\xFF\x59\xD3\x00,\x54\x0A\x00\x0A\x4E\x0A\x00,\x00"
		      "1\x00\x0A"),
		.out = "1:姓|吊\n2:上|1\n" },
	{ .name = "UTF-8 lines in a GBK file",
		BYTES("\xD0\xD5\xC3\xFB,\xB5\xE7\xBB\xB0\n张三丰,1\n\xC0\xEE\xCB\xC4,2\n"),
		.out = "1:姓名|电话\n2:张三丰|1\n3:李四|2\n" },
	{ .name = "a UTF-8 character cut at the end",
		BYTES("姓名,1\n张三,李\xE5\x9B"),
		.out = "1:姓名|1\n2:张三|李\xEF\xBF\xBD\xEF\xBF\xBD\n" },
	{ .name = "a GBK character cut at the end",
		BYTES("\xD0\xD5\xC3\xFB,1\n\xD5\xC5\xC8"),
		.out = "1:姓名|1\n2:张\xEF\xBF\xBD\n" },
	{ .name = "a character beyond Unicode is no character",
		BYTES("\xEF\xBB\xBF"
		      "a,b\nc\xF4\xAE\xAE\xAE,d\n"),
		.out = "1:a|b\n2:c\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD|d\n" },
	{ .name = "tabs",
		BYTES("姓名\t地址\n张三\t示例村,6组\n"),
		.out = "1:姓名|地址\n2:张三|示例村,6组\n" },
	{ .name = "semicolons",
		BYTES("姓名;金额\n张三;3,5\n"),
		.out = "1:姓名|金额\n2:张三|3,5\n" },
	{ .name = "full-width semicolons",
		BYTES("姓名；电话\n张三；1\n李四；2\n"),
		.out = "1:姓名|电话\n2:张三|1\n3:李四|2\n" },
	{ .name = "pasted with full-width commas",
		BYTES("姓名，电话\n张三，1\n"),
		.out = "1:姓名|电话\n2:张三|1\n" },
	{ .name = "a title row does not decide",
		BYTES("示例镇；9月；预警；清单\n姓名,电话,地址\n张三,1,a\n李四,2,b\n王五,3,c\n"),
		.out = "1:示例镇；9月；预警；清单\n2:姓名|电话|地址\n3:张三|1|a\n4:李四|2|b\n5:"
		       "王五|3|c\n" },
	{ .name = "sep= is obeyed and is no row",
		BYTES("sep=;\r\na;b,c\r\n1;2\r\n"),
		.out = "1:a|b,c\n2:1|2\n" },
	{ .name = "sep= with more behind it is a row",
		BYTES("sep=;x\na,b\n"),
		.out = "1:sep=;x\n2:a|b\n" },
	{ .name = "quotes", BYTES("a,\"b,\"\"c\"\"\",d\n"), .out = "1:a|b,\"c\"|d\n" },
	{ .name = "line feeds inside quotes",
		BYTES("a,\"b\r\nc\",d\r\ne,f,g\r\n"),
		.out = "1:a|b\r\nc|d\n2:e|f|g\n" },
	{ .name = "an empty quoted cell is empty", BYTES("a,\"\",c\n"), .out = "1:a||c\n" },
	{ .name = "text behind a closing quote stays", BYTES("\"a\"b,c\n"), .out = "1:ab|c\n" },
	{ .name = "a quote inside a cell is text",
		BYTES("他说\"好\",c\n"),
		.out = "1:他说\"好\"|c\n" },
	{ .name = "the ID formula of web exports is left whole",
		BYTES("a,=\"138\"\nb,=\"139\"\n"),
		.out = "1:a|=\"138\"\n2:b|=\"139\"\n" },
	{ .name = "an open quote names its row",
		BYTES("a,b\nc,d\ne,\"f\ng,h\n"),
		.out = "1:a|b\n2:c|d\n",
		.fault = "bad_quote",
		.fault_row = 3 },
	{ .name = "empty lines count but are not told",
		BYTES("a,b\n\n,,\nc,d\n"),
		.out = "1:a|b\n4:c|d\n" },
	{ .name = "line ends of an old Macintosh", BYTES("a,b\rc,d\r"), .out = "1:a|b\n2:c|d\n" },
	{ .name = "no line end at the end", BYTES("a,b\nc,d"), .out = "1:a|b\n2:c|d\n" },
	{ .name = "a NUL becomes the sign of a bad character",
		BYTES("a,b\nc\0d,e\n"),
		.out = "1:a|b\n2:c\xEF\xBF\xBD"
		       "d|e\n" },
	{ .name = "trailing separators are no columns",
		BYTES("a,b,,,,\nc,d,,,,\n"),
		.out = "1:a|b\n2:c|d\n" },
};

static enum sheet_rc read_bytes(const char *in, size_t n, const struct sheet_limits *limits,
	struct sheetdump *d, struct fault *fault)
{
	struct csv_source source = { .fd = -1, .bytes = in, .size = n };
	struct sheet_sink sink = sheetdump_sink(d);

	memset(fault, 0, sizeof *fault);
	return csv_read(&source, limits, &sink, fault);
}

static void reads(void **state)
{
	const struct row *r = *state;
	struct sheetdump d;
	struct fault fault;
	enum sheet_rc rc;

	sheetdump_init(&d);
	rc = read_bytes(r->in, r->n, &sheet_limits_live, &d, &fault);
	assert_string_equal(buf_str(&d.text), r->out);
	assert_int_equal(rc, r->fault == NULL ? SHEET_OK : SHEET_REFUSED);
	if (r->fault != NULL) {
		assert_string_equal(fault.code, r->fault);
		assert_int_equal(fault.row, r->fault_row);
	}
	buf_free(&d.text);
}

/* ---- rules over many rows -------------------------------------------------------------- */

static void a_file_and_memory_read_alike_whatever_the_pieces(void **state)
{
	struct sheetdump a, b;
	struct sheet_sink sink = sheetdump_sink(&b);
	struct fault fault;
	struct buf in, gbk;
	struct csv_source source;

	(void)state;
	buf_init(&in, 64 << 20);
	buf_init(&gbk, 64 << 20);
	for (int i = 0; i < 9000; i++)
		buf_addf(&in, "第%d号,\"示例村%d组\n二层\",备注%0*d\n", i, i, i % 90, i);
	assert_true(text_encode_gb18030(in.data, &gbk));
	sheetdump_init(&a);
	sheetdump_init(&b);
	assert_int_equal(read_bytes(in.data, in.len, &sheet_limits_live, &a, &fault), SHEET_OK);
	assert_int_equal(a.rows, 9000);
	source = (struct csv_source){ .fd = memfd_create("t", 0), .size = gbk.len };
	assert_int_equal(write(source.fd, gbk.data, gbk.len), (ssize_t)gbk.len);
	assert_int_equal(csv_read(&source, &sheet_limits_live, &sink, &fault), SHEET_OK);
	assert_string_equal(a.text.data, b.text.data);
	close(source.fd);
	buf_free(&a.text);
	buf_free(&b.text);
	buf_free(&in);
	buf_free(&gbk);
}

static void each_limit_says_its_name(void **state)
{
	static const struct {
		const char *code;
		struct sheet_limits limits;
	} cases[] = {
		{ "too_many_rows", { .bytes = 100, .rows = 0, .columns = 9, .cell_chars = 9 } },
		{ "too_many_columns", { .bytes = 100, .rows = 9, .columns = 2, .cell_chars = 9 } },
		{ "file_too_big", { .bytes = 5, .rows = 9, .columns = 9, .cell_chars = 9 } },
	};
	static const char in[] =
		"a,b,c\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n";

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sheetdump d;
		struct fault fault;

		sheetdump_init(&d);
		assert_int_equal(
			read_bytes(in, sizeof in - 1, &cases[i].limits, &d, &fault), SHEET_REFUSED);
		assert_string_equal(fault.code, cases[i].code);
		assert_true(strlen(fault.why) > 0 && strlen(fault.mend) > 0);
		buf_free(&d.text);
	}
}

static void a_long_cell_is_cut_at_a_character_and_marked(void **state)
{
	struct sheet_limits limits = sheet_limits_live;
	struct sheetdump d;
	struct fault fault;

	(void)state;
	limits.cell_chars = 3;
	sheetdump_init(&d);
	assert_int_equal(
		read_bytes("一二三,一二三四五,\"一二三四\"\n", 41, &limits, &d, &fault), SHEET_OK);
	assert_string_equal(buf_str(&d.text), "1:一二三|一二三...|一二三...\n");
	buf_free(&d.text);
}

static void bytes_that_are_no_text_are_refused(void **state)
{
	struct sheetdump d;
	struct fault fault;
	char in[8192];
	uint32_t x = 12345;

	(void)state;
	for (size_t i = 0; i < sizeof in; i++) {
		x = x * 1664525u + 1013904223u;
		in[i] = (char)(x >> 24);
	}
	sheetdump_init(&d);
	assert_int_equal(read_bytes(in, sizeof in, &sheet_limits_live, &d, &fault), SHEET_REFUSED);
	assert_string_equal(fault.code, "not_text");
	buf_free(&d.text);
}

static void the_sink_can_stop(void **state)
{
	struct sheetdump d;
	struct fault fault;

	(void)state;
	sheetdump_init(&d);
	d.stop_after = 1;
	assert_int_equal(
		read_bytes("a,b\nc,d\n", 8, &sheet_limits_live, &d, &fault), SHEET_STOPPED);
	assert_int_equal(d.rows, 1);
	buf_free(&d.text);
}

static void a_million_rows_need_little_memory(void **state)
{
	enum { ROWS = 1000000 };
	struct csv_source source = { .fd = memfd_create("t", 0) };
	struct sheetdump d;
	struct sheet_sink sink = sheetdump_sink(&d);
	struct fault fault;
	struct buf piece;

	(void)state;
	sheetdump_init(&d);
	buf_init(&d.text, 1); /* keep nothing */
	buf_init(&piece, 16 << 20);
	for (int i = 0; i < ROWS; i++) {
		buf_addf(&piece, "张三,1380013%04d,示例村\n", i % 10000);
		if (piece.len > 1 << 20 || i == ROWS - 1) {
			assert_int_equal(
				write(source.fd, piece.data, piece.len), (ssize_t)piece.len);
			source.size += piece.len;
			buf_clear(&piece);
		}
	}
	assert_int_equal(csv_read(&source, &sheet_limits_bulk, &sink, &fault), SHEET_OK);
	assert_int_equal(d.rows, ROWS);
	close(source.fd);
	buf_free(&piece);
	buf_free(&d.text);
}

int main(void)
{
	enum { N = sizeof rows / sizeof *rows, RULES = 6 };
	struct CMUnitTest tests[N + RULES] = {
		[N] = cmocka_unit_test(a_file_and_memory_read_alike_whatever_the_pieces),
		[N + 1] = cmocka_unit_test(each_limit_says_its_name),
		[N + 2] = cmocka_unit_test(a_long_cell_is_cut_at_a_character_and_marked),
		[N + 3] = cmocka_unit_test(bytes_that_are_no_text_are_refused),
		[N + 4] = cmocka_unit_test(the_sink_can_stop),
		[N + 5] = cmocka_unit_test(a_million_rows_need_little_memory),
	};

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = reads,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
