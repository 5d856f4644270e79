#include "phone.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "phone_number.h"
#include "text.h"

#include "banned.h"

enum { SCAN = 16, NUMBER_TEXT = PHONE_NUMBER_TEXT };

/* clang-format off */
static const struct { const char *word; char as; } marks[] = {
	{ "分机", '#' }, { "转", '#' }, { "ext.", '#' }, { "ext", '#' }, { "EXT", '#' }, { "Ext", '#' },
	{ "—", '-' }, { "–", '-' }, { "‐", '-' }, { "‑", '-' }, { "−", '-' }, { "―", '-' }, { "ー", '-' },
	{ "×", '*' }, { "x", '*' }, { "X", '*' }, { "●", '*' }, { "○", '*' }, { "•", '*' }, { "·", '-' },
	{ "、", ',' }, { "或者", ',' }, { "或", ',' }, { "和", ',' }, { "及", ',' }, { "。", ',' },
	{ ";", ',' }, { "/", ',' }, { "|", ',' }, { "\n", ',' }, { "\r", ',' }, { "&", ',' }, { "\\", ',' },
};
/* clang-format on */

/* One number of a cell with the words beside it, in the alphabet 0-9 + - ( ) . * # E blank. */
struct piece {
	char text[NUMBER_TEXT];
	char note[PHONE_NOTE];
	bool noted_first; /* the note stood before the number */
	bool cut;         /* more text than fits: no number is that long */
};

struct scan {
	struct piece piece[SCAN];
	size_t count;
	bool more;
};

static size_t digits_in(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += isdigit((unsigned char)*s) != 0;
	return n;
}

static void add_char(struct piece *p, char c)
{
	size_t n = strlen(p->text);

	if (n + 1 >= sizeof p->text) {
		p->cut = true;
		return;
	}
	p->text[n] = c;
	p->text[n + 1] = '\0';
}

static void add_note(struct piece *p, const char *s, size_t len)
{
	size_t n = strlen(p->note), room = sizeof p->note - 1 - n;

	while (len > room || (len > 0 && ((unsigned char)s[len] & 0xC0) == 0x80))
		len--;
	if (n == 0)
		p->noted_first = digits_in(p->text) == 0;
	memcpy(p->note + n, s, len);
	p->note[n + len] = '\0';
}

/* Ends the piece at hand; words without a number wait for the next one. */
static void end_piece(struct scan *s)
{
	struct piece *p = &s->piece[s->count];

	if (p->text[strspn(p->text, " -().,")] == '\0') {
		p->text[0] = '\0';
		return;
	}
	if (s->count + 1 == SCAN) {
		s->more = true;
		*p = (struct piece){ 0 };
		return;
	}
	s->count++;
	s->piece[s->count] = (struct piece){ 0 };
}

/* A bracket with words in it is a note; one with digits alone is an area code. */
static const char *take_bracket(struct scan *s, const char *at)
{
	const char *close = strchr(at, ')');
	size_t len = close == NULL ? 0 : (size_t)(close - at) - 1;

	if (close == NULL || strspn(at + 1, "0123456789+-* xX") >= len)
		return NULL;
	add_note(&s->piece[s->count], at + 1, len);
	return close + 1;
}

static char mark_at(const char **at)
{
	if (isdigit((unsigned char)**at))
		return '\0';
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		size_t n = strlen(marks[i].word);

		if (strncmp(*at, marks[i].word, n) == 0) {
			*at += n;
			return marks[i].as;
		}
	}
	return '\0';
}

/* A number behind the words of another one is a number of its own. */
static void begin_number(struct scan *s)
{
	struct piece *p = &s->piece[s->count];

	if (p->note[0] != '\0' && !p->noted_first && digits_in(p->text) >= 3)
		end_piece(s);
}

static void take_word(struct scan *s, const char *from, const char *to)
{
	struct piece *p = &s->piece[s->count];

	if (p->noted_first && digits_in(p->text) >= 3)
		end_piece(s);
	add_note(&s->piece[s->count], from, (size_t)(to - from));
}

static void scan_cell(const char *text, struct scan *s)
{
	const char *at = text, *end = text + strlen(text), *next;

	*s = (struct scan){ 0 };
	while (at < end) {
		const char *from = at;
		char mark;
		uint32_t c;

		if (*at == '(' && (next = take_bracket(s, at)) != NULL) {
			at = next;
			continue;
		}
		mark = mark_at(&at);
		if (mark == ',') {
			end_piece(s);
			continue;
		}
		c = mark != '\0' ? (uint32_t)mark : text_next(&at, end);
		if (c == ',') {
			end_piece(s);
		} else if (c >= 0x80 || c == ':') {
			if (text_is_han(c))
				take_word(s, from, at);
			else if (!text_is_blank(c) && c != ':')
				add_char(&s->piece[s->count], '?');
		} else {
			if (isdigit((int)c))
				begin_number(s);
			add_char(&s->piece[s->count], c == '\t' ? ' ' : (char)c);
		}
	}
	end_piece(s);
	if (s->count == 0 && s->piece[0].note[0] != '\0')
		s->count = 1;
}

static enum phone_rc read_piece(const struct piece *p, const char *area, struct phone *out)
{
	const char *s = p->text + strspn(p->text, " ");
	char text[NUMBER_TEXT];
	size_t len = strlen(s);
	enum phone_rc rc;

	*out = (struct phone){ 0 };
	if (p->cut)
		return PHONE_TOO_LONG;
	memcpy(text, s, len + 1);
	while (len > 0 && text[len - 1] == ' ')
		text[--len] = '\0';
	rc = phone_number_read(text, area, out);
	if (rc == PHONE_OK)
		memcpy(out->note, p->note, sizeof out->note);
	else if (rc != PHONE_MASKED)
		*out = (struct phone){ 0 };
	return rc;
}

static_assert((int)PHONE_CELL_ERROR == (int)CELL_ERROR, "the verdicts of a cell come first");

static enum phone_rc clean(const char *cell, char *text, size_t n)
{
	enum cell_verdict v = cell_clean(cell, CELL_NFKC, text, n);

	return v == CELL_LONG ? PHONE_TOO_LONG : (enum phone_rc)v;
}

enum phone_rc phone_parse(const char *cell, const char *area, struct phone *out)
{
	char text[CELL_MAX];
	struct scan s;
	enum phone_rc rc = clean(cell, text, sizeof text);

	*out = (struct phone){ 0 };
	if (rc != PHONE_OK)
		return rc;
	scan_cell(text, &s);
	if (s.count != 1)
		return s.count == 0 ? PHONE_EMPTY : PHONE_BAD_CHARS;
	return read_piece(&s.piece[0], area, out);
}

static void list_error(struct phone_list *out, enum phone_rc rc)
{
	if (out->partial == PHONE_OK)
		out->partial = rc;
}

static void list_add(struct phone_list *out, const struct phone *p)
{
	for (size_t i = 0; i < out->count; i++)
		if (strcmp(out->item[i].text, p->text) == 0)
			return;
	if (out->count == PHONE_LIST)
		out->more = true;
	else
		out->item[out->count++] = *p;
}

/* The shortest run of words at the front that is a whole number: bytes taken, or 0. */
static size_t first_number(const struct piece *p, const char *area, struct phone *out)
{
	struct piece head = *p;

	for (size_t i = strspn(p->text, " "); p->text[i] != '\0'; i++) {
		if (p->text[i] != ' ')
			continue;
		memcpy(head.text, p->text, i);
		head.text[i] = '\0';
		if (read_piece(&head, area, out) == PHONE_OK && out->kind != PHONE_SERVICE)
			return i;
	}
	return 0;
}

/* One piece may be several numbers parted by blanks: only between whole ones is there a cut. */
static void list_piece(const struct piece *whole, const char *area, struct phone_list *out)
{
	struct piece p = *whole;
	struct phone one;
	enum phone_rc rc = read_piece(&p, area, &one);
	size_t cut;

	while (rc != PHONE_OK && (cut = first_number(&p, area, &one)) > 0 &&
		digits_in(p.text + cut) >= 5) {
		list_add(out, &one);
		memmove(p.text, p.text + cut, strlen(p.text + cut) + 1);
		rc = read_piece(&p, area, &one);
	}
	if (rc == PHONE_OK)
		list_add(out, &one);
	else
		list_error(out, rc);
}

enum phone_rc phone_parse_list(const char *cell, const char *area, struct phone_list *out)
{
	char text[CELL_MAX];
	struct scan s;
	enum phone_rc rc = clean(cell, text, sizeof text);

	*out = (struct phone_list){ 0 };
	if (rc != PHONE_OK)
		return rc;
	scan_cell(text, &s);
	out->more = s.more;
	for (size_t i = 0; i < s.count; i++)
		list_piece(&s.piece[i], area, out);
	if (out->count > 0)
		return PHONE_OK;
	rc = out->partial == PHONE_OK ? PHONE_EMPTY : out->partial;
	out->partial = PHONE_OK;
	return rc;
}

bool phone_sms_ok(const char *number)
{
	struct phone p;

	return phone_parse(number, NULL, &p) == PHONE_OK && p.kind == PHONE_MOBILE;
}

bool phone_call_ok(const char *number)
{
	struct phone p;

	return phone_parse(number, NULL, &p) == PHONE_OK &&
	       (p.kind == PHONE_MOBILE || p.kind == PHONE_LANDLINE);
}

const char *phone_class_code(enum phone_class c)
{
	static const char *const codes[] = { "none", "mobile", "landline", "service", "overseas",
		"iot" };

	return codes[c];
}

const char *phone_flag_code(enum phone_flag f)
{
	static const char *const codes[] = { "old_zero", "virtual", "datacard", "satellite",
		"emergency", "unassigned_prefix", "area_assumed" };
	size_t bit = 0;

	while (bit + 1 < PHONE_FLAGS && !((unsigned)f >> bit & 1u))
		bit++;
	return codes[bit];
}

static const struct cell_fault faults[PHONE_RCS] = {
	[PHONE_OK] = { "", "", "" },
	[PHONE_EMPTY] = { "empty", "没有填写号码", "请补填电话号码。" },
	[PHONE_DITTO] = { "ditto", "写的是“同上”，但上面没有可用的号码", "请直接填写号码。" },
	[PHONE_CELL_ERROR] = { "cell_error", "这一格是表格公式的出错结果",
		"请改正公式，或者直接填写号码。" },
	[PHONE_BAD_PREFIX] = { "bad_prefix", "手机号开头不对",
		"手机号应以13到19开头，请核对号码。" },
	[PHONE_TOO_SHORT] = { "too_short", "号码位数不够", "手机号是11位，请补全。" },
	[PHONE_TOO_LONG] = { "too_long", "号码位数太多",
		"手机号是11位，请核对；两个号码之间请用顿号隔开。" },
	[PHONE_BAD_CHARS] = { "bad_chars", "号码里有数字以外的字", "请只填电话号码。" },
	[PHONE_MASKED] = { "masked", "号码打了星号，无法拨打", "请向来源单位要完整的号码。" },
	[PHONE_EXCEL_DAMAGED] = { "excel_damaged", "号码被表格改成了科学计数，后几位已经丢失",
		"请把这一列设为“文本”格式后重新填写号码。" },
	[PHONE_NO_AREA] = { "no_area", "固定电话没有区号", "请加上区号，例如021-55550000。" },
	[PHONE_NOT_A_PHONE] = { "not_a_phone", "不是有效的电话号码", "请核对区号和号码。" },
};

const struct cell_fault *phone_fault(enum phone_rc rc)
{
	return &faults[rc];
}
