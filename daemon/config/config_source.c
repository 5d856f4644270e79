#include "config_source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_load.h"
#include "config_wrong.h"
#include "text.h"

#include "banned.h"

/* One file while it is copied. */
struct scan {
	struct config_source *to;
	struct settings_error *e;
	const char *path;
	int file, line, depth;
	const char *s, *end;
	enum { IN_CODE, IN_TEXT, IN_COMMENT } in;
	int since; /* the line where the text or the comment began */
};

#define FRACTION ".0123456789eE+-"

static bool copy_file(struct config_source *to, const char *path, int depth,
	const struct scan *from, struct settings_error *e);

static void add_line(struct scan *c)
{
	struct config_source *to = c->to;

	if (to->line_count == to->line_cap) {
		to->line_cap = to->line_cap == 0 ? 256 : to->line_cap * 2;
		to->lines = realloc(to->lines, to->line_cap * sizeof *to->lines);
		if (to->lines == NULL)
			abort();
	}
	to->lines[to->line_count++] = (struct config_line){ c->file, c->line };
}

/* Copies n bytes; none of them is a line end. */
static void take(struct scan *c, size_t n)
{
	buf_add(&c->to->text, c->s, n);
	c->s += n;
}

static void take_line_end(struct scan *c)
{
	take(c, 1);
	c->line++;
	if (c->s < c->end)
		add_line(c);
}

/* How many bytes from c->s + at on are of `chars`. */
static size_t span_at(const struct scan *c, size_t at, const char *chars)
{
	size_t n = 0;

	while (c->s + at + n < c->end && strchr(chars, c->s[at + n]) != NULL)
		n++;
	return n;
}

static bool is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

static bool is_letter(char ch) /* of any script: bytes of other characters count */
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ((unsigned char)ch & 0x80);
}

static bool is_name(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || is_digit(ch) || ch == '_' ||
	       ch == '-' || ch == '*';
}

static size_t name_len(const struct scan *c)
{
	size_t n = 0;

	while (c->s + n < c->end && is_name(c->s[n]))
		n++;
	return n;
}

/* A whole number: checked, and marked as wide where 31 bits do not hold it. */
static bool take_number(struct scan *c)
{
	size_t n = (size_t)(*c->s == '-' || *c->s == '+');
	bool hex =
		c->end - c->s > 2 && c->s[n] == '0' && (c->s[n + 1] == 'x' || c->s[n + 1] == 'X');
	char digits[24];
	intmax_t value;

	n += hex ? 2 : 0;
	while (c->s + n < c->end &&
		strchr(hex ? "0123456789abcdefABCDEF" : "0123456789", c->s[n]) != NULL)
		n++;
	if (c->s + n < c->end && strchr(".eE", c->s[n]) != NULL && !hex) {
		take(c, n + span_at(c, n, FRACTION));
		return true;
	}
	if (c->s + n < c->end && is_letter(c->s[n]) && c->s[n] != 'L')
		return config_wrong_at(
			c->e, c->path, c->line, "带单位的值要加双引号,例如 \"3min\"、\"10万\"");
	errno = n < sizeof digits ? 0 : ERANGE;
	snprintf(digits, sizeof digits, "%.*s", (int)(n < sizeof digits ? n : 0), c->s);
	value = strtoimax(digits, NULL, hex ? 16 : 10);
	if (errno == ERANGE)
		return config_wrong_at(c->e, c->path, c->line, "数字太大,程序放不下");
	take(c, n);
	if (c->s < c->end && *c->s == 'L')
		take(c, span_at(c, 0, "L"));
	else if (value > INT32_MAX || value < INT32_MIN)
		buf_addc(&c->to->text, 'L');
	return true;
}

static bool take_code(struct scan *c)
{
	const char *s = c->s;
	bool two = c->end - s > 1;
	size_t n;

	if (*s == '"') {
		c->in = IN_TEXT;
		c->since = c->line;
		take(c, 1);
	} else if (*s == '#' || (two && s[0] == '/' && s[1] == '/')) {
		take(c, strcspn(s, "\n"));
	} else if (two && s[0] == '/' && s[1] == '*') {
		c->in = IN_COMMENT;
		c->since = c->line;
		c->s += 2;
	} else if (is_digit(*s) || (two && (*s == '-' || *s == '+') && is_digit(s[1]))) {
		return take_number(c);
	} else if (*s == '.') {
		take(c, span_at(c, 0, FRACTION));
	} else {
		n = name_len(c);
		take(c, n > 0 ? n : 1);
	}
	return true;
}

/* Inside quotes. A line end there is copied by the caller, who counts it. */
static bool take_text(struct scan *c)
{
	if (*c->s == '\\' && c->end - c->s > 3 && strncmp(c->s + 1, "x00", 3) == 0)
		return config_wrong_at(c->e, c->path, c->line, "文字里不能有\\x00");
	if (*c->s == '\\' && c->end - c->s > 1 && c->s[1] != '\n') {
		take(c, 2);
		return true;
	}
	if (*c->s == '"')
		c->in = IN_CODE;
	take(c, 1);
	return true;
}

static bool take_comment(struct scan *c)
{
	if (*c->s == '*' && c->end - c->s > 1 && c->s[1] == '/') {
		c->in = IN_CODE;
		c->s += 2;
		buf_addc(&c->to->text, ' ');
	} else {
		c->s++;
	}
	return true;
}

/* -- @include ----------------------------------------------------------------------------- */

static bool join_path(const struct scan *c, const char *name, size_t n, char out[SETTINGS_PATH])
{
	const char *slash = strrchr(c->path, '/');
	int len = 0;

	if (name[0] != '/' && slash != NULL)
		len = snprintf(out, SETTINGS_PATH, "%.*s/", (int)(slash - c->path), c->path);
	if (len < 0 || (size_t)len + n >= SETTINGS_PATH)
		return false;
	memcpy(out + len, name, n);
	out[(size_t)len + n] = '\0';
	return true;
}

/* `s` stands behind @include. The line becomes an empty one, the file's lines follow it. */
static bool include(struct scan *c, const char *s)
{
	const char *end = memchr(s, '\n', (size_t)(c->end - s)), *name;
	char path[SETTINGS_PATH];
	size_t n;

	end = end == NULL ? c->end : end;
	s += strspn(s, " \t");
	name = s + 1;
	n = s < end && *s == '"' ? strcspn(name, "\"\\\r\n") : 0;
	if (n == 0 || name + n >= end || name[n] != '"')
		return config_wrong_at(
			c->e, c->path, c->line, "@include 要写成 @include \"文件名\"");
	s = name + n + 1;
	s += strspn(s, " \t\r;");
	if (s < end && *s != '#' && strncmp(s, "//", 2) != 0)
		return config_wrong_at(c->e, c->path, c->line, "@include 这一行后面不能再写别的");
	if (!join_path(c, name, n, path))
		return config_wrong_at(c->e, c->path, c->line, "@include 的文件名太长");
	buf_addc(&c->to->text, '\n');
	if (!copy_file(c->to, path, c->depth + 1, c, c->e))
		return false;
	c->s = end < c->end ? end + 1 : end;
	c->line++;
	if (c->s < c->end)
		add_line(c);
	return true;
}

/* At the beginning of a line of code: what stands behind @include, or NULL. */
static const char *at_include(const struct scan *c)
{
	static const char word[] = "@include";
	size_t n = span_at(c, 0, " \t");

	if ((size_t)(c->end - c->s) < n + sizeof word - 1 ||
		strncmp(c->s + n, word, sizeof word - 1) != 0)
		return NULL;
	return c->s + n + sizeof word - 1;
}

/* -- files -------------------------------------------------------------------------------- */

static bool copy_text(struct scan *c)
{
	bool fresh = true, ok = true; /* fresh: nothing of this line is read yet */
	const struct buf *out = &c->to->text;

	if (c->s < c->end)
		add_line(c);
	while (ok && c->s < c->end) {
		const char *name = fresh && c->in == IN_CODE ? at_include(c) : NULL;

		fresh = *c->s == '\n' || name != NULL;
		if (name != NULL)
			ok = include(c, name);
		else if (*c->s == '\n')
			take_line_end(c);
		else if (c->in == IN_CODE)
			ok = take_code(c);
		else
			ok = c->in == IN_TEXT ? take_text(c) : take_comment(c);
	}
	if (!ok)
		return false;
	if (out->len > 0 && out->data[out->len - 1] != '\n')
		buf_addc(&c->to->text, '\n');
	if (c->in == IN_TEXT)
		return config_wrong_at(c->e, c->path, c->since, "这一行开始的引号没有配对");
	if (c->in == IN_COMMENT)
		return config_wrong_at(
			c->e, c->path, c->since, "这一行开始的注释 /* 没有以 */ 结束");
	if (c->to->text.full)
		return config_wrong_at(c->e, c->path, 0, "配置连同包含的文件超过1MB");
	return true;
}

/* The line of the first byte that is no UTF-8; 0: there is none. */
static int bad_line(const struct buf *b)
{
	const char *s = buf_str(b), *end = s + b->len;
	int line = 1;

	while (s < end) {
		uint32_t c = text_next(&s, end);

		if (c == TEXT_BAD || c == 0)
			return line;
		line += c == '\n';
	}
	return 0;
}

static bool check_encoding(const char *path, const struct buf *b, struct settings_error *e)
{
	int line = bad_line(b);

	if (line == 0)
		return true;
	return config_wrong_at(e, path, line,
		"这一行不是 UTF-8 编码的文字,请在编辑器里把文件另存为 UTF-8(现在可能是 GBK)");
}

static bool copy_file(struct config_source *to, const char *path, int depth,
	const struct scan *from, struct settings_error *e)
{
	static const char mark[] = "\xef\xbb\xbf";
	const char *at = from == NULL ? path : from->path;
	int line = from == NULL ? 0 : from->line;
	const char *why;
	struct scan c = { .to = to, .e = e, .depth = depth, .line = 1, .in = IN_CODE };
	struct buf text;
	bool ok = false;

	if (depth > CONFIG_DEPTH || to->file_count == CONFIG_FILES)
		return config_wrong_at(e, at, line, "@include 太多或太深(是不是互相包含了?)");
	buf_init(&text, CONFIG_TEXT_MAX);
	why = config_load(path, &text);
	if (why != NULL) {
		config_wrong_at(e, at, line, "打不开配置文件 %s: %s", path, why);
		goto out;
	}
	if (!check_encoding(path, &text, e))
		goto out;
	c.file = to->file_count++;
	snprintf(to->file[c.file], SETTINGS_PATH, "%s", path);
	c.path = to->file[c.file];
	c.s = buf_str(&text);
	c.end = c.s + text.len;
	if (strncmp(c.s, mark, 3) == 0)
		c.s += 3;
	ok = copy_text(&c);
out:
	buf_free(&text);
	return ok;
}

bool config_source_read(struct config_source *s, const char *path, struct settings_error *e)
{
	memset(s, 0, sizeof *s);
	buf_init(&s->text, CONFIG_TEXT_MAX);
	if (strlen(path) >= SETTINGS_PATH)
		return config_wrong_at(e, path, 0, "配置文件的路径太长");
	return copy_file(s, path, 0, NULL, e);
}

void config_source_free(struct config_source *s)
{
	buf_free(&s->text);
	free(s->lines);
	s->lines = NULL;
	s->line_count = 0;
}

void config_source_place(const struct config_source *s, unsigned line, const char **file, int *at)
{
	size_t i = line == 0 ? 0 : line - 1;

	*file = s->file[0];
	*at = 0;
	if (s->line_count == 0)
		return;
	i = i < s->line_count ? i : s->line_count - 1;
	*file = s->file[s->lines[i].file];
	*at = s->lines[i].line;
}
