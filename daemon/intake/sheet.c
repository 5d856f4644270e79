#include "sheet.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "csv.h"
#include "sheet_child.h"
#include "xlsx.h"

#include "banned.h"

enum { MIB = 1 << 20, HEAD = 4096 };

const struct sheet_limits sheet_limits_live = {
	.bytes = 5 * (size_t)MIB,
	.entries = 100,
	.inflated = 50 * (size_t)MIB,
	.ratio = 100,
	.rows = 10000,
	.columns = SHEET_COLUMNS,
	.cell_chars = 1000,
	.memory = 256 * (size_t)MIB,
	.seconds = 10,
};

const struct sheet_limits sheet_limits_bulk = {
	.bytes = 256 * (size_t)MIB,
	.entries = 400,
	.inflated = 1024 * (size_t)MIB,
	.ratio = 100,
	.rows = 1000000,
	.columns = SHEET_COLUMNS,
	.cell_chars = 1000,
	.memory = 256 * (size_t)MIB,
	.seconds = 120,
};

struct problem {
	const char *code;
	const char *why; /* one %zu at most, for the limit */
	const char *mend;
	size_t unit;         /* what the limit is divided by */
	size_t limit_offset; /* in struct sheet_limits; 0 with unit 0: no number */
};

#define NO_LIMIT .limit_offset = 0, .unit = 0
#define LIMIT(field, per) .limit_offset = offsetof(struct sheet_limits, field), .unit = (per)

/* clang-format off */
static const struct problem problems[SHEET_PROBLEMS] = {
	[SHEET_FILE_TOO_BIG] = { "file_too_big", "文件超过%zu兆字节", "请拆成几个小文件，或删去图片后再发。", LIMIT(bytes, MIB) },
	[SHEET_EMPTY_FILE] = { "empty_file", "文件是空的", "请确认文件已保存完整后再发。", NO_LIMIT },
	[SHEET_IS_OLD_XLS] = { "old_xls", "这是旧格式.xls表格，暂不能读取", "请在WPS或Excel中打开，另存为.xlsx后再发。", NO_LIMIT },
	[SHEET_IS_LOCKED] = { "password", "表格设了打开密码，读不出来", "请去掉打开密码，另存为.xlsx后再发。", NO_LIMIT },
	[SHEET_IS_HTML] = { "html", "这是网页格式的表格，只是扩展名像表格", "请在WPS或Excel中打开，另存为.xlsx后再发。", NO_LIMIT },
	[SHEET_IS_IMAGE] = { "image", "这是图片，不是表格", "请发送原表格（.xlsx或.csv），不要截图或拍照。", NO_LIMIT },
	[SHEET_IS_PDF] = { "pdf", "这是PDF文件，不是表格", "请发送原表格（.xlsx或.csv）。", NO_LIMIT },
	[SHEET_IS_WORD] = { "word", "这是Word文档，不是表格", "请把表格复制到WPS表格或Excel中，存为.xlsx后再发。", NO_LIMIT },
	[SHEET_IS_XLSB] = { "xlsb", "这是.xlsb二进制表格，不能读取", "请另存为.xlsx后再发。", NO_LIMIT },
	[SHEET_IS_ODS] = { "ods", "这是.ods表格，不能读取", "请另存为.xlsx后再发。", NO_LIMIT },
	[SHEET_IS_JSON] = { "json", "这是JSON数据，不是表格", "请改扩展名为.json或.ndjson后再发。", NO_LIMIT },
	[SHEET_IS_ZIP] = { "not_xlsx", "这是压缩包，里面没有工作簿", "请解压后发送里面的表格（.xlsx或.csv）。", NO_LIMIT },
	[SHEET_NOT_TEXT] = { "not_text", "文件不是表格，也不是能认出编码的文本", "请发送.xlsx，或用UTF-8、GBK编码保存的.csv。", NO_LIMIT },
	[SHEET_BAD_QUOTE] = { "bad_quote", "从这一行起双引号没有成对", "请补上或删去多余的双引号，或改用.xlsx。", NO_LIMIT },
	[SHEET_DAMAGED] = { "damaged", "表格文件已损坏或没有传完整", "请重新导出或另存为.xlsx后再发。", NO_LIMIT },
	[SHEET_DOCTYPE] = { "xml_doctype", "表格里有不允许的内容（XML实体定义）", "请在WPS或Excel中打开，另存为.xlsx后再发。", NO_LIMIT },
	[SHEET_TOO_MANY_ENTRIES] = { "too_many_entries", "表格内部文件超过%zu个", "请把表格内容复制到新工作簿，存为.xlsx后再发。", LIMIT(entries, 1) },
	[SHEET_BOMB] = { "zip_bomb", "表格解压后过大", "请只保留需要的行和列，复制到新工作簿后再发。", NO_LIMIT },
	[SHEET_TOO_MANY_ROWS] = { "too_many_rows", "表格超过%zu行", "请拆成几个文件分次发送。", LIMIT(rows, 1) },
	[SHEET_TOO_MANY_COLUMNS] = { "too_many_columns", "表格超过%zu列", "请删去多余的列后再发。", LIMIT(columns, 1) },
	[SHEET_TOO_MANY_MERGES] = { "too_many_merges", "合并单元格太多", "请取消合并单元格后再发。", NO_LIMIT },
	[SHEET_TOO_HEAVY] = { "too_heavy", "表格太复杂，读取时超出了时间或内存限制", "请只保留需要的行和列，复制到新工作簿后再发。", NO_LIMIT },
	[SHEET_CANNOT_READ] = { "cannot_read", "文件读取失败", "请重新发送；再次失败请联系管理员。", NO_LIMIT },
};
/* clang-format on */

enum sheet_rc sheet_refuse(
	struct fault *fault, enum sheet_problem problem, const struct sheet_limits *limits)
{
	const struct problem *p = &problems[problem];
	char why[sizeof fault->why];

	assert(problem < SHEET_PROBLEMS);
	snprintf(why, sizeof why, "%s", p->why);
	if (p->unit != 0 && limits != NULL) {
		size_t limit =
			*(const size_t *)(const void *)((const char *)limits + p->limit_offset);
		const char *mark = strstr(p->why, "%zu");

		assert(mark != NULL);
		snprintf(why, sizeof why, "%.*s%zu%s", (int)(mark - p->why), p->why,
			limit / p->unit, mark + 3);
	}
	fault_set(fault, p->code, why, p->mend);
	return SHEET_REFUSED;
}

char *sheet_column_name(int column, char out[8])
{
	char turned[8];
	size_t n = 0, at = 0;

	for (int c = column + 1; c > 0 && n < sizeof turned - 1; c = (c - 1) / 26)
		turned[n++] = (char)('A' + (c - 1) % 26);
	while (n > 0)
		out[at++] = turned[--n];
	out[at] = '\0';
	return out;
}

/* ---- what the file is ---------------------------------------------------------------- */

static const struct {
	const char *bytes;
	size_t n;
	enum sheet_form form;
} magics[] = {
	{ "PK\x03\x04", 4, SHEET_FORM_ZIP },
	{ "PK\x05\x06", 4, SHEET_FORM_ZIP },
	{ "\xD0\xCF\x11\xE0", 4, SHEET_FORM_OLE },
	{ "%PDF", 4, SHEET_FORM_PDF },
	{ "\xFF\xD8\xFF", 3, SHEET_FORM_IMAGE },
	{ "\x89PNG", 4, SHEET_FORM_IMAGE },
	{ "GIF8", 4, SHEET_FORM_IMAGE },
	{ "BM", 2, SHEET_FORM_IMAGE },
	{ "RIFF", 4, SHEET_FORM_IMAGE },
	{ "II*\0", 4, SHEET_FORM_IMAGE },
	{ "MM\0*", 4, SHEET_FORM_IMAGE },
};

static const char *const html_marks[] = { "<html", "<table", "<!doctype html", "<?xml", "<meta",
	"<style", "<head", "<body" };

/* A bitmap begins with BM, and so may a text: only its zero bytes tell them apart. */
static bool is_magic(size_t i, const char *p, size_t n)
{
	if (n < magics[i].n || memcmp(p, magics[i].bytes, magics[i].n) != 0)
		return false;
	return magics[i].n > 2 || memchr(p, '\0', n) != NULL;
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		p++;
	return p;
}

/* {"..." or [{ or []: a title such as [示例镇]清单 is none. */
static bool is_json(const char *p, const char *end)
{
	char open = *p;

	if (open != '{' && open != '[')
		return false;
	p = skip_blanks(p + 1, end);
	if (p == end)
		return true;
	return open == '{' ? *p == '"' || *p == '}' : *p == '{' || *p == ']';
}

static enum sheet_form text_form(const char *p, const char *end)
{
	if (end - p >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
		p += 3;
	p = skip_blanks(p, end);
	if (p == end)
		return SHEET_FORM_NONE;
	if (is_json(p, end))
		return SHEET_FORM_JSON;
	for (size_t i = 0; i < sizeof html_marks / sizeof *html_marks; i++) {
		size_t n = strlen(html_marks[i]);

		if ((size_t)(end - p) >= n && strncasecmp(p, html_marks[i], n) == 0)
			return SHEET_FORM_HTML;
	}
	return SHEET_FORM_TEXT;
}

enum sheet_form sheet_form_of(const void *bytes, size_t n)
{
	const char *p = bytes;

	if (n == 0)
		return SHEET_FORM_NONE;
	for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
		if (is_magic(i, p, n))
			return magics[i].form;
	return text_form(p, p + n);
}

/* ---- reading ------------------------------------------------------------------------- */

/* A locked .xlsx is an OLE container with a stream of this name (in UTF-16). */
static bool has_locked_package(int fd, size_t size)
{
	static const char wanted[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
	char piece[64 * 1024];
	size_t at = 0;
	ssize_t n;

	while (at < size && (n = pread(fd, piece, sizeof piece, (off_t)at)) > 0) {
		if (memmem(piece, (size_t)n, wanted, sizeof wanted - 1) != NULL)
			return true;
		if ((size_t)n < sizeof piece)
			break;
		at += sizeof piece - sizeof wanted;
	}
	return false;
}

static const enum sheet_problem no_sheet[] = {
	[SHEET_FORM_HTML] = SHEET_IS_HTML,
	[SHEET_FORM_IMAGE] = SHEET_IS_IMAGE,
	[SHEET_FORM_PDF] = SHEET_IS_PDF,
	[SHEET_FORM_JSON] = SHEET_IS_JSON,
	[SHEET_FORM_NONE] = SHEET_EMPTY_FILE,
};

static enum sheet_rc read_form(enum sheet_form form, int fd, size_t size,
	const struct sheet_limits *limits, const struct sheet_sink *sink, struct fault *fault)
{
	struct csv_source source = { .fd = fd, .size = size };

	switch (form) {
	case SHEET_FORM_TEXT:
		return csv_read(&source, limits, sink, fault);
	case SHEET_FORM_ZIP:
		return sheet_child_read(fd, limits, sink, fault);
	case SHEET_FORM_OLE:
		return sheet_refuse(fault,
			has_locked_package(fd, size) ? SHEET_IS_LOCKED : SHEET_IS_OLD_XLS, limits);
	default:
		return sheet_refuse(fault, no_sheet[form], limits);
	}
}

enum sheet_rc sheet_read(int fd, const struct sheet_limits *limits, const struct sheet_sink *sink,
	struct fault *fault)
{
	struct stat st;
	char head[HEAD];
	ssize_t n;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return sheet_refuse(fault, SHEET_CANNOT_READ, limits);
	if ((uint64_t)st.st_size > limits->bytes)
		return sheet_refuse(fault, SHEET_FILE_TOO_BIG, limits);
	n = pread(fd, head, sizeof head, 0);
	if (n < 0)
		return sheet_refuse(fault, SHEET_CANNOT_READ, limits);
	return read_form(
		sheet_form_of(head, (size_t)n), fd, (size_t)st.st_size, limits, sink, fault);
}

/* A nameless file in memory, since the child can only be given a descriptor. */
static int memory_file(const char *bytes, size_t n)
{
	int fd = memfd_create("sheet", MFD_CLOEXEC);

	while (fd != -1 && n > 0) {
		ssize_t done = write(fd, bytes, n);

		if (done <= 0 && errno != EINTR) {
			close(fd);
			return -1;
		}
		bytes += done > 0 ? done : 0;
		n -= done > 0 ? (size_t)done : 0;
	}
	return fd;
}

enum sheet_rc sheet_read_bytes(const void *bytes, size_t n, const struct sheet_limits *limits,
	const struct sheet_sink *sink, struct fault *fault)
{
	enum sheet_form form = sheet_form_of(bytes, n < HEAD ? n : HEAD);
	struct csv_source source = { .fd = -1, .bytes = bytes, .size = n };
	enum sheet_rc rc;
	int fd;

	if (n > limits->bytes)
		return sheet_refuse(fault, SHEET_FILE_TOO_BIG, limits);
	if (form == SHEET_FORM_TEXT)
		return csv_read(&source, limits, sink, fault);
	fd = memory_file(bytes, n);
	if (fd == -1)
		return sheet_refuse(fault, SHEET_CANNOT_READ, limits);
	rc = read_form(form, fd, n, limits, sink, fault);
	close(fd);
	return rc;
}
