#include "name.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "text.h"

#include "banned.h"

enum { DOT = 0xB7 };

/* clang-format off */

/* Ends of the names of companies and offices, and how many characters stand before them at least. */
#define END(word, before) { word, sizeof(word) - 1, before }
static const struct { const char *word; size_t len, before; } org_ends[] = {
	END("公司", 2), END("集团", 2), END("合作社", 1), END("事务所", 1), END("经营部", 1),
	END("工作室", 1), END("服务部", 1), END("门市部", 1), END("委员会", 1), END("村委会", 1),
	END("居委会", 1), END("派出所", 1), END("幼儿园", 1), END("有限合伙", 1), END("中心", 2),
	END("商行", 2), END("银行", 2), END("支行", 2), END("分行", 2), END("学校", 2),
	END("小学", 2), END("中学", 2), END("大学", 2), END("医院", 2), END("超市", 2),
	END("饭店", 2), END("酒店", 2), END("商店", 2), END("药店", 2), END("协会", 2),
	END("基金会", 1), END("农场", 2), END("工厂", 2), END("厂", 4), END("店", 4), END("局", 4),
	END("部", 4), END("所", 4), END("社", 4),
};

/* A form of address behind the surname; the rest of the name is unknown. */
static const struct { const char *word; char sex; } honorifics[] = {
	{ "女士", 'F' }, { "先生", 'M' }, { "同志", 0 }, { "小姐", 'F' }, { "太太", 'F' }, { "夫人", 'F' },
	{ "阿姨", 'F' }, { "大妈", 'F' }, { "奶奶", 'F' }, { "婆婆", 'F' }, { "大爷", 'M' }, { "爷爷", 'M' },
	{ "叔叔", 'M' }, { "老师", 0 }, { "师傅", 0 }, { "老板", 0 }, { "老人", 0 },
};
/* clang-format on */

static size_t ends_with(const char *s, const char *word)
{
	size_t a = strlen(s), b = strlen(word);

	return a >= b && strcmp(s + a - b, word) == 0 ? b : 0;
}

static bool is_org(const char *s)
{
	char text[CELL_MAX], *to = text;
	size_t len;

	for (; *s != '\0'; s++) /* blanks vanish from Han names, so they do not count here */
		if (*s != ' ')
			*to++ = *s;
	*to = '\0';
	len = (size_t)(to - text);
	for (size_t i = 0; i < sizeof org_ends / sizeof *org_ends; i++)
		if (len >= org_ends[i].len &&
			memcmp(to - org_ends[i].len, org_ends[i].word, org_ends[i].len) == 0 &&
			text_count(text) >= org_ends[i].before + text_count(org_ends[i].word))
			return true;
	return false;
}

static bool is_dot(uint32_t c)
{
	return c == DOT || c == 0x30FB || c == 0x2022 || c == 0x2027 || c == 0x22C5 ||
	       c == 0x2219 || c == 0xFF65 || c == 0x2024;
}

/* Letters of Latin names: ASCII and the accented ones. */
static bool is_latin(uint32_t c)
{
	return (c < 0x80 && isalpha((int)c)) ||
	       (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7) || (c >= 0x1E00 && c <= 0x1EFF);
}

/* Ideographs, and the private-use places where old tables put rare ones. */
static bool is_han(uint32_t c)
{
	return text_is_han(c) || (c >= 0xE000 && c <= 0xF8FF);
}

/* One wildcard for one character; x only beside ideographs, in Latin names it is a letter. */
static bool is_star(uint32_t c, bool han)
{
	return c == '*' || c == 0xD7 || c == 0x25CB || c == 0x25EF || c == 0x25CF ||
	       (han && (c == 'x' || c == 'X'));
}

static bool has_han(const char *s)
{
	const char *end = s + strlen(s);

	while (s < end)
		if (is_han(text_next(&s, end)))
			return true;
	return false;
}

static void copy_cut(char *out, size_t n, const char *s, size_t len)
{
	if (len > n - 1)
		len = n - 1;
	while (len > 0 && ((unsigned char)s[len] & 0xC0) == 0x80)
		len--;
	memcpy(out, s, len);
	out[len] = '\0';
}

/* Splits off one bracket at the end or the front: 王明(户主). Full-width ones are folded already. */
static bool split_note(char *s, char note[NAME_NOTE])
{
	static const struct {
		const char *open, *close;
	} pairs[] = { { "(", ")" }, { "[", "]" }, { "【", "】" }, { "〔", "〕" } };

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		size_t a = strlen(pairs[i].open), b = strlen(pairs[i].close), len = strlen(s);
		char *open = strstr(s, pairs[i].open), *close;

		close = open == NULL ? NULL : strstr(open, pairs[i].close);
		if (close == NULL || (open > s && close[b] != '\0') || len <= a + b)
			continue;
		copy_cut(note, NAME_NOTE, open + a, (size_t)(close - open) - a);
		memmove(open, close + b, strlen(close + b) + 1);
		return true;
	}
	return false;
}

static void note_sex(struct name *out)
{
	if (strcmp(out->note, "女") == 0)
		out->sex = 'F';
	else if (strcmp(out->note, "男") == 0)
		out->sex = 'M';
}

/* 王女士 -> 王%. */
static void cut_honorific(char *s, struct name *out)
{
	for (size_t i = 0; i < sizeof honorifics / sizeof *honorifics; i++) {
		size_t tail = ends_with(s, honorifics[i].word), len = strlen(s);

		if (tail == 0 || tail == len)
			continue;
		memcpy(s + len - tail, "%", 2);
		if (out->sex == 0)
			out->sex = honorifics[i].sex;
		return;
	}
}

struct builder {
	char *out;
	size_t len, room;
	size_t chars, known; /* known: characters that are no wildcard */
	bool digits, bad;
};

static void put(struct builder *b, uint32_t c)
{
	char bytes[4];
	size_t n = text_put(c, bytes);

	b->chars++;
	if (b->len + n < b->room) {
		memcpy(b->out + b->len, bytes, n);
		b->len += n;
	}
	b->out[b->len] = '\0';
}

static void put_wild(struct builder *b, char c)
{
	if (c == '%' && b->len > 0 && b->out[b->len - 1] == '%')
		return;
	put(b, (uint32_t)c);
}

static void put_letter(struct builder *b, uint32_t c, bool han)
{
	if (c == 0xE863) /* where tables before GB18030-2005 have it */
		c = 0x4DAE;
	if (is_latin(c) && is_latin((uint32_t)utf8proc_toupper((utf8proc_int32_t)c)))
		c = (uint32_t)utf8proc_toupper((utf8proc_int32_t)c);
	b->known++;
	put(b, is_dot(c) || (han && c == '.') ? DOT : c);
}

/* Blanks vanish between ideographs and become one between Latin words. */
static void put_blank(struct builder *b, bool han)
{
	if (!han && b->len > 0 && b->out[b->len - 1] != ' ')
		put(b, ' ');
}

static void build(const char *s, bool org, struct builder *b)
{
	const char *end = s + strlen(s);
	bool han = has_han(s);

	while (s < end) {
		uint32_t c = text_next(&s, end);

		if (text_is_blank(c))
			put_blank(b, han);
		else if (!org && is_star(c, han))
			put_wild(b, '*');
		else if (!org && (c == '%' || c == 0x67D0)) /* 某 */
			put_wild(b, '%');
		else if (is_han(c) || is_latin(c) || is_dot(c) || c == '.' || c == '\'' ||
			 c == '-' || c == 0x2019)
			put_letter(b, c == 0x2019 ? '\'' : c, han);
		else if (c < 0x80 && isdigit((int)c)) {
			b->digits = true;
			put(b, c);
		} else if (org && c < 0x80 && strchr("()&,+/", (int)c) != NULL) {
			put_letter(b, c, false);
		} else {
			b->bad = true;
		}
	}
	while (b->len > 0 && b->out[b->len - 1] == ' ') {
		b->out[--b->len] = '\0';
		b->chars--;
	}
}

static enum name_rc judge(const struct builder *b, bool org)
{
	if (b->digits && !org && b->known == 0)
		return NAME_NOT_A_NAME;
	if (b->bad)
		return NAME_BAD_CHARS;
	if (b->digits && !org)
		return NAME_HAS_DIGITS;
	if (b->chars < 2)
		return NAME_TOO_SHORT;
	if (b->chars > (size_t)(org ? NAME_ORG_CHARS : NAME_MAX_CHARS) || b->len + 4 >= b->room)
		return NAME_TOO_LONG;
	return b->known == 0 ? NAME_NOT_A_NAME : NAME_OK;
}

static_assert((int)NAME_CELL_ERROR == (int)CELL_ERROR, "the verdicts of a cell come first");

/* Without its blanks and brackets it may be 不 详 or （女）NA after all. */
static enum name_rc judge_again(const char *name)
{
	char text[CELL_MAX];
	enum cell_verdict v = cell_clean(name, CELL_ASCII, text, sizeof text);

	if (v != CELL_TEXT)
		return v == CELL_LONG ? NAME_TOO_LONG : (enum name_rc)v;
	return strcmp(text, name) == 0 ? NAME_OK : NAME_BAD_CHARS;
}

enum name_rc name_parse(const char *cell, struct name *out)
{
	char text[CELL_MAX], clean[NAME_TEXT];
	struct builder b = { .out = out->text, .room = sizeof out->text };
	enum cell_verdict v = cell_clean(cell, CELL_ASCII, text, sizeof text);
	enum name_rc rc;
	bool org;

	*out = (struct name){ 0 };
	if (v != CELL_TEXT)
		return v == CELL_LONG ? NAME_TOO_LONG : (enum name_rc)v;
	copy_cut(clean, sizeof clean, text, strlen(text));
	org = is_org(text);
	if (!org && split_note(text, out->note)) {
		note_sex(out);
		org = is_org(text);
	}
	if (!org)
		cut_honorific(text, out);
	build(text, org, &b);
	rc = judge(&b, org);
	if (rc == NAME_OK && strcmp(out->text, clean) != 0)
		rc = judge_again(out->text);
	if (rc != NAME_OK) {
		*out = (struct name){ 0 };
		return rc;
	}
	out->flags = org ? NAME_ORG : strpbrk(out->text, "*%") != NULL ? NAME_WILD : 0;
	return NAME_OK;
}

bool name_match(const char *pattern, const char *name)
{
	const char *pend = pattern + strlen(pattern), *nend = name + strlen(name);
	const char *star = NULL, *again = NULL; /* behind the last '%', and where it may grow */

	if (*pattern == '\0')
		return *name == '\0';
	while (name < nend) {
		const char *p = pattern, *n = name;
		uint32_t want = text_next(&p, pend), have = text_next(&n, nend);

		if (pattern < pend && want == '%') {
			star = pattern = p;
			again = name;
		} else if (pattern < pend && (want == '*' || want == have)) {
			pattern = p;
			name = n;
		} else if (star != NULL) {
			text_next(&again, nend);
			name = again;
			pattern = star;
		} else {
			return false;
		}
	}
	while (*pattern == '%')
		pattern++;
	return *pattern == '\0';
}

const char *name_flag_code(enum name_flag f)
{
	return f == NAME_WILD ? "wild" : "org";
}

static const struct cell_fault faults[NAME_RCS] = {
	[NAME_OK] = { "", "", "" },
	[NAME_EMPTY] = { "empty", "没有填写姓名", "请补填姓名。" },
	[NAME_DITTO] = { "ditto", "写的是“同上”，但上面没有可用的姓名", "请直接填写姓名。" },
	[NAME_CELL_ERROR] = { "cell_error", "这一格是表格公式的出错结果",
		"请改正公式，或者直接填写姓名。" },
	[NAME_TOO_SHORT] = { "too_short", "姓名只有一个字", "请补全姓名。" },
	[NAME_TOO_LONG] = { "too_long", "姓名太长", "请检查是否把别的内容填进了姓名。" },
	[NAME_NOT_A_NAME] = { "not_a_name", "这不是姓名", "请检查列的对应关系，填写姓名。" },
	[NAME_HAS_DIGITS] = { "has_digits", "姓名里有数字", "请把号码移到电话列，只填姓名。" },
	[NAME_BAD_CHARS] = { "bad_chars", "姓名里有不该有的符号",
		"请只填一个人的姓名；多人请分行填写。" },
};

const struct cell_fault *name_fault(enum name_rc rc)
{
	return &faults[rc];
}
