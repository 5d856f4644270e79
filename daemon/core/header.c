#include "header.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cell.h"
#include "header_words.h"
#include "text.h"

#include "banned.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum strength { STRONG, WEAK, DOUBTFUL, SERIAL, STRENGTHS };

/* One label of the sheet, with what stands over it. */
struct label {
	struct header_label leaf, group;
	const char *raw, *raw_group; /* as in the sheet; "" when there is none */
	size_t row, col;             /* where its first value stands */
	const char *field;           /* what it seems to mean; NULL nothing */
	enum strength strength;
};

struct labels {
	struct label at[HEADER_COLUMNS];
	size_t count;
	bool wide;
};

static const char *cell_at(const struct header_sheet *s, size_t row, size_t col)
{
	const char *cell;

	if (row >= s->row_count || col >= s->rows[row].count)
		return "";
	cell = s->rows[row].cells[col];
	return cell == NULL ? "" : cell;
}

static bool is_empty(const char *cell)
{
	const char *end = cell + strlen(cell);

	while (cell < end) {
		uint32_t c = text_next(&cell, end);

		if (!text_is_blank(c) && c != 0x200B && c != 0xFEFF)
			return false;
	}
	return true;
}

static const struct header_merge *merge_at(const struct header_sheet *s, size_t row, size_t col)
{
	for (size_t i = 0; i < s->merge_count; i++) {
		const struct header_merge *m = &s->merges[i];

		if (row >= m->top && row <= m->bottom && col >= m->left && col <= m->right)
			return m;
	}
	return NULL;
}

/* ---- what one label means ---- */

static bool is(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(s, words[i]) == 0)
			return true;
	return false;
}

/* Words whose meaning depends on who the list is about. NULL and *found for "nobody". */
static const char *by_options(const char *word, const struct header_options *opt)
{
	static const char *const callers[] = { "主叫号码", "主叫", "主叫电话" };
	static const char *const called[] = { "被叫号码", "被叫", "被叫电话" };
	static const char *const reporter_phones[] = { "来电号码", "来电电话", "来电人电话",
		"来电人号码", "来电人联系电话", "联系人电话" };
	static const char *const reporters[] = { "来电人", "来电人姓名", "反映人", "投诉人",
		"诉求人" };

	if (opt->kind != HEADER_WARNING)
		return NULL;
	if (opt->victim_calls && is(word, callers, COUNT(callers)))
		return "phone";
	if (opt->victim_calls && is(word, called, COUNT(called)))
		return "suspect_phone";
	if (opt->hotline && is(word, reporter_phones, COUNT(reporter_phones)))
		return "phone";
	if (opt->hotline && is(word, reporters, COUNT(reporters)))
		return "victim_name";
	return NULL;
}

static void found(struct label *l, const char *field, enum strength strength)
{
	l->field = field;
	l->strength = strength;
}

/* A leaf under a group or behind a qualifier. True when the owner decides, also for nobody. */
static bool by_owner(
	struct label *l, const char *group, const char *word, const struct header_options *opt)
{
	char rest[HEADER_NORM], joined[2 * HEADER_NORM];
	enum header_owner owner = header_group(group, rest);
	enum header_leaf leaf = header_leaf_of(word);
	const char *field;

	snprintf(joined, sizeof joined, "%s%s", rest, word);
	field = header_exact(joined, opt);
	if (field == NULL && owner == OWNER_NONE)
		owner = header_field_owner(header_exact(rest, opt));
	if (field == NULL)
		field = header_owned(opt->kind, owner, leaf);
	if (field != NULL)
		found(l, field, STRONG);
	if (field != NULL || owner == OWNER_SELF || owner >= OWNER_WARN || *rest == '\0')
		return field != NULL;
	return header_personal(leaf);
}

/*
 * A bare 电话, 户名, 开户行, 账号 belongs to the person or the account right before it.
 * True when the neighbour decides.
 */
static bool by_neighbour(struct label *l, const char *word, enum header_owner before,
	const struct header_options *opt)
{
	enum header_leaf leaf = header_leaf_of(word);
	bool account = leaf == LEAF_HOLDER || leaf == LEAF_BANK || leaf == LEAF_ACCOUNT;
	const char *self;

	if (leaf == LEAF_RELATION && (before == OWNER_FAMILY || before == OWNER_GUARDIAN)) {
		found(l, header_owned(opt->kind, before, leaf), STRONG);
		return true;
	}
	if (account && (before == OWNER_IN || before == OWNER_OUT)) {
		found(l, header_owned(opt->kind, before, leaf), STRONG);
		return true;
	}
	if (leaf != LEAF_PHONE)
		return false;
	if (before == OWNER_OFFICER || before == OWNER_FAMILY || before == OWNER_GUARDIAN ||
		before == OWNER_HANDLER || before == OWNER_LEADER) {
		found(l, header_owned(opt->kind, before, LEAF_PHONE), STRONG);
		return true;
	}
	self = header_owned(opt->kind, OWNER_SELF, LEAF_PHONE);
	if (before == OWNER_OTHER)
		found(l, self, DOUBTFUL);
	return before == OWNER_OTHER;
}

/* 预警信息-编号, 受害人_姓名, 金额/万元: the last mark parts group and leaf. */
static bool by_parts(struct label *l, const char *word, const struct header_options *opt)
{
	char left[HEADER_NORM];
	const char *right = NULL;
	bool settled;

	for (const char *p = word; *p != '\0'; p++)
		if (strchr("-_/|", *p) != NULL)
			right = p;
	if (right == NULL || right == word || right[1] == '\0')
		return false;
	memcpy(left, word, (size_t)(right - word));
	left[right - word] = '\0';
	right++;
	if (header_title_unit(right) == NULL && by_owner(l, left, right, opt))
		return true;
	found(l, header_alone(right, opt, &settled), STRONG);
	return l->field != NULL || settled;
}

/* 手机号码2, 金额万元: once more without the tail. */
static const char *without_tail(struct label *l, const char *word, char out[HEADER_NORM])
{
	static const char *const tails[] = { "万元", "千元", "元", "秒" };
	size_t n = strlen(word), cut = n;

	while (cut > 0 && isdigit((unsigned char)word[cut - 1]))
		cut--;
	for (size_t i = 0; cut == n && i < COUNT(tails); i++) {
		size_t t = strlen(tails[i]);

		if (n <= t || strcmp(word + n - t, tails[i]) != 0)
			continue;
		cut = n - t;
		l->leaf.unit = tails[i];
	}
	if (cut == n || cut == 0)
		return NULL;
	memcpy(out, word, cut);
	out[cut] = '\0';
	return out;
}

static bool decide_word(struct label *l, const char *word, enum header_owner before,
	const struct header_options *opt)
{
	bool settled = false;
	const char *field = by_options(word, opt);

	if (field != NULL) {
		found(l, field, STRONG);
		return true;
	}
	if (l->group.text[0] != '\0' && by_owner(l, l->group.text, word, opt))
		return true;
	if (l->leaf.bracket[0] != '\0' && header_leaf_of(word) != LEAF_NONE &&
		header_owner_of(l->leaf.bracket) != OWNER_NONE &&
		by_owner(l, l->leaf.bracket, word, opt))
		return true;
	if (by_neighbour(l, word, before, opt))
		return true;
	field = header_alone(word, opt, &settled);
	found(l, field, header_weak(word) ? WEAK : STRONG);
	if (field != NULL && strcmp(word, "流水号") == 0)
		l->strength = SERIAL;
	return field != NULL || settled || by_parts(l, word, opt);
}

static void decide(struct label *l, enum header_owner before, const struct header_options *opt)
{
	char shorter[HEADER_NORM];
	const char *unit = l->leaf.unit;

	if (decide_word(l, l->leaf.text, before, opt))
		return;
	if (without_tail(l, l->leaf.text, shorter) != NULL && decide_word(l, shorter, before, opt))
		return;
	l->leaf.unit = unit;
}

/* Whose columns follow: a column of nobody known ends it, one that we do not know does not. */
static enum header_owner owner_behind(const struct label *l, enum header_owner before)
{
	char rest[HEADER_NORM];
	enum header_owner owner;

	if (l->leaf.text[0] == '\0')
		return before;
	if (l->field != NULL)
		return header_field_owner(l->field);
	owner = header_group(l->leaf.text, rest);
	if (owner == OWNER_NONE)
		for (size_t n = text_prefix(rest, 1); rest[n] != '\0' && owner == OWNER_NONE;
			n += text_prefix(rest + n, 1)) {
			char head[HEADER_NORM];

			memcpy(head, rest, n);
			head[n] = '\0';
			owner = header_owner_of(head);
		}
	return owner == OWNER_NONE ? before : owner;
}

/* 预警类型 says the end (资金预警, 话单预警) or the kind of fraud: its values decide. */
static bool values_are_ends(const struct header_sheet *s, const struct label *l)
{
	static const char *const ends[] = { "资金", "话单", "通联", "网络端", "电话端", "资金端",
		"app端", "网址", "电话预警", "短信", "网络预警", "线下取现", "取现" };
	struct header_label value;
	size_t yes = 0, no = 0;

	for (size_t row = l->row; row < s->row_count; row++) {
		bool end = false;

		header_norm(cell_at(s, row, l->col), &value);
		for (size_t i = 0; i < COUNT(ends); i++)
			end = end || strncmp(value.text, ends[i], strlen(ends[i])) == 0;
		yes += end;
		no += !end && value.text[0] != '\0';
	}
	return yes > no;
}

static void decide_all(
	struct labels *ls, const struct header_sheet *sheet, const struct header_options *opt)
{
	enum header_owner before = OWNER_NONE;

	for (size_t i = 0; i < ls->count; i++) {
		struct label *l = &ls->at[i];

		if (i > 0 && strcmp(l->group.text, ls->at[i - 1].group.text) != 0)
			before = OWNER_NONE;
		if (l->leaf.text[0] != '\0')
			decide(l, before, opt);
		if (opt->kind == HEADER_WARNING && strcmp(l->leaf.text, "预警类型") == 0)
			found(l, values_are_ends(sheet, l) ? "channel_end" : "fraud_type", STRONG);
		before = owner_behind(l, before);
	}
}

/* ---- claiming: one column for a field ---- */

static void warn(struct header_map *out, const char *what, const char *field)
{
	char text[sizeof out->warning[0]];

	snprintf(text, sizeof text, "%s%s%s", what, *field != '\0' ? ":" : "", field);
	for (size_t i = 0; i < out->warnings; i++)
		if (strcmp(out->warning[i], text) == 0)
			return;
	if (out->warnings < HEADER_WARNINGS)
		memcpy(out->warning[out->warnings++], text, sizeof text);
}

static bool claimed(const struct header_map *out, const char *field)
{
	return header_column_of(out, field) >= 0;
}

static const char *next_phone(const struct header_map *out)
{
	static const char *const phones[] = { "phone", "phone2", "phone3", "phone4", "phone5" };

	for (size_t i = 0; i < COUNT(phones); i++)
		if (!claimed(out, phones[i]))
			return phones[i];
	return NULL;
}

/* 流水号 numbers the transactions where something else numbers the warnings. */
static const char *serial_field(const struct header_map *out)
{
	static const char *const tx[] = { "tx_time", "in_account", "out_account", "payee",
		"in_bank" };

	if (claimed(out, "warn_no"))
		return "tx_no";
	for (size_t i = 0; i < COUNT(tx); i++)
		if (claimed(out, tx[i]))
			return "tx_no";
	return "warn_no";
}

static void claim(struct header_map *out, size_t i, const struct label *l)
{
	const char *field = l->field;

	if (l->strength == SERIAL)
		field = serial_field(out);
	if (l->strength == DOUBTFUL && claimed(out, field))
		return;
	if (strcmp(field, "phone") == 0)
		field = next_phone(out);
	if (field == NULL || claimed(out, field)) {
		warn(out, "duplicate", l->field);
		return;
	}
	out->column[i].field = field;
	out->known++;
}

static bool is_money(const char *field)
{
	return field != NULL &&
	       (strcmp(field, "amount") == 0 || strcmp(field, "saved_amount") == 0);
}

static void put_label(struct header_column *c, const struct label *l)
{
	char text[2 * HEADER_LABEL];
	size_t n = 0, cut;

	snprintf(text, sizeof text, "%.*s%s%.*s", HEADER_LABEL / 2 - 1, l->raw_group,
		l->raw_group[0] != '\0' && l->raw[0] != '\0' ? "-" : "", HEADER_LABEL, l->raw);
	for (const char *p = text; *p != '\0'; p++)
		if (*p != '\n' && *p != '\r')
			text[n++] = *p;
	text[n] = '\0';
	cut = n < sizeof c->label ? n : sizeof c->label - 1;
	while (cut > 0 && !text_valid(text, cut))
		cut--;
	memcpy(c->label, text, cut);
	c->label[cut] = '\0';
}

static void put_unit(struct header_column *c, const struct label *l, const char *title_unit)
{
	if (is_money(c->field))
		c->unit = l->leaf.unit != NULL    ? l->leaf.unit
			  : l->group.unit != NULL ? l->group.unit
						  : title_unit;
	else if (c->field != NULL && strcmp(c->field, "call_seconds") == 0)
		c->unit = l->leaf.unit;
}

static void claim_all(const struct labels *ls, const char *title_unit, struct header_map *out)
{
	out->count = ls->count;
	for (size_t i = 0; i < ls->count; i++) {
		out->column[i] =
			(struct header_column){ .row = ls->at[i].row, .col = ls->at[i].col };
		put_label(&out->column[i], &ls->at[i]);
	}
	for (int round = STRONG; round < STRENGTHS; round++)
		for (size_t i = 0; i < ls->count; i++)
			if (ls->at[i].field != NULL && (int)ls->at[i].strength == round)
				claim(out, i, &ls->at[i]);
	for (size_t i = 0; i < ls->count; i++)
		put_unit(&out->column[i], &ls->at[i], title_unit);
	if (ls->wide)
		warn(out, "too_wide", "");
}

/* ---- rows that may be a header ---- */

/* A title says 填报单位：…, a date or a sentence; a group title is a short word. */
static bool label_like(const char *cell)
{
	char text[HEADER_NORM];
	const char *colon;

	if (cell_clean(cell, CELL_NFKC, text, sizeof text) != CELL_TEXT || text_count(text) > 20)
		return false;
	colon = strchr(text, ':');
	if (colon != NULL && colon[1] != '\0')
		return false;
	for (const char *p = text; *p != '\0'; p++)
		if (strspn(p, "0123456789") >= 4)
			return false;
	return true;
}

static bool word_known(const char *cell, const struct header_options *opt)
{
	struct header_label l;
	bool settled;

	header_norm(cell, &l);
	return l.text[0] != '\0' && (header_leaf_of(l.text) != LEAF_NONE ||
					    header_alone(l.text, opt, &settled) != NULL || settled);
}

static bool group_known(const char *cell, const struct header_options *opt)
{
	char rest[HEADER_NORM];
	struct header_label l;

	header_norm(cell, &l);
	return l.text[0] != '\0' && (header_group(l.text, rest) != OWNER_NONE || *rest == '\0' ||
					    header_exact(rest, opt) != NULL);
}

const char *header_over(const struct header_sheet *s, size_t row, size_t col)
{
	const struct header_merge *m = merge_at(s, row, col);

	if (m != NULL)
		return cell_at(s, m->top, m->left);
	if (s->merge_count > 0)
		return cell_at(s, row, col);
	while (col > 0 && is_empty(cell_at(s, row, col)))
		col--;
	return cell_at(s, row, col);
}

/* Do two named columns stand under one title of the row? */
static bool spans(const struct header_sheet *s, size_t row, size_t col)
{
	const struct header_merge *m = merge_at(s, row, col);
	bool below = !is_empty(cell_at(s, row + 1, col)) && !is_empty(cell_at(s, row + 1, col + 1));

	if (!below || is_empty(cell_at(s, row, col)))
		return false;
	if (s->merge_count > 0)
		return m != NULL && m->top == row && m->bottom == row && m->right > col;
	return is_empty(cell_at(s, row, col + 1));
}

/* Is `row` the upper half of a header of two rows? */
static bool is_pair(const struct header_sheet *s, size_t row, const struct header_options *opt)
{
	size_t upper = 0, lower = 0, groups = 0, spanning = 0, width;

	if (row + 1 >= s->row_count)
		return false;
	width = s->rows[row].count > s->rows[row + 1].count ? s->rows[row].count
							    : s->rows[row + 1].count;
	for (size_t col = 0; col < width && col < HEADER_COLUMNS; col++) {
		const char *cell = cell_at(s, row, col);

		lower += word_known(cell_at(s, row + 1, col), opt);
		if (is_empty(cell))
			continue;
		if (!label_like(cell))
			return false;
		upper++;
		groups += group_known(cell, opt);
		spanning += spans(s, row, col);
	}
	return upper >= 2 && lower >= 2 && groups >= 1 && spanning >= 1;
}

static void read_column(
	const struct header_sheet *s, size_t row, size_t col, bool pair, struct label *l)
{
	const struct header_merge *m = pair ? merge_at(s, row, col) : NULL;
	const char *leaf = cell_at(s, row + (pair ? 1 : 0), col);

	*l = (struct label){
		.raw = leaf, .raw_group = "", .row = row + 1 + (pair ? 1 : 0), .col = col
	};
	if (pair && is_empty(leaf)) {
		bool first = m == NULL || (m->left == col && m->top == row);

		l->raw = first ? cell_at(s, row, col) : "";
	} else if (pair) {
		l->raw_group = header_over(s, row, col);
		header_norm(l->raw_group, &l->group);
	}
	header_norm(l->raw, &l->leaf);
}

static void read_labels(const struct header_sheet *s, size_t row, bool pair, struct labels *ls)
{
	size_t width = s->rows[row].count;

	if (pair && s->rows[row + 1].count > width)
		width = s->rows[row + 1].count;
	ls->wide = width > HEADER_COLUMNS;
	ls->count = ls->wide ? HEADER_COLUMNS : width;
	for (size_t col = 0; col < ls->count; col++)
		read_column(s, row, col, pair, &ls->at[col]);
}

static const char *title_unit(const struct header_sheet *s, size_t header)
{
	const char *unit = NULL;

	for (size_t row = 0; row < header; row++)
		for (size_t col = 0; col < s->rows[row].count && unit == NULL; col++)
			unit = header_title_unit(cell_at(s, row, col));
	return unit;
}

static void map_row(const struct header_sheet *s, size_t row, bool pair,
	const struct header_options *opt, struct header_map *out)
{
	struct labels ls;

	*out = (struct header_map){ .layout = HEADER_TABLE, .first = row };
	out->last = pair ? row + 1 : row;
	out->first_data = out->last + 1;
	read_labels(s, row, pair, &ls);
	decide_all(&ls, s, opt);
	claim_all(&ls, title_unit(s, row), out);
}

/* ---- one record, names and values side by side ---- */

static bool is_name_cell(
	const struct header_sheet *s, size_t row, size_t col, const struct header_options *opt)
{
	return word_known(cell_at(s, row, col), opt) && !word_known(cell_at(s, row, col + 1), opt);
}

static void read_vertical(
	const struct header_sheet *s, const struct header_options *opt, struct labels *ls)
{
	ls->count = 0;
	ls->wide = false;
	for (size_t row = 0; row < s->row_count && row < HEADER_SCAN * 2; row++)
		for (size_t col = 0; col + 1 < s->rows[row].count && ls->count < HEADER_COLUMNS;
			col += 2) {
			struct label *l = &ls->at[ls->count];

			if (!is_name_cell(s, row, col, opt) &&
				(col > 0 || is_empty(cell_at(s, row, 0)) ||
					is_empty(cell_at(s, row, 1))))
				continue;
			*l = (struct label){ .raw = cell_at(s, row, col),
				.raw_group = "",
				.row = row,
				.col = col + 1 };
			header_norm(l->raw, &l->leaf);
			ls->count++;
		}
}

/* How many different fields the first column names, each with a value beside it. */
static size_t vertical_names(const struct header_sheet *s, const struct header_options *opt)
{
	const char *seen[HEADER_SCAN];
	size_t n = 0;

	for (size_t row = 0; row < s->row_count && row < HEADER_SCAN; row++) {
		struct header_label l;
		const char *field;
		bool settled;

		if (s->rows[row].count < 2 || !is_name_cell(s, row, 0, opt))
			continue;
		header_norm(cell_at(s, row, 0), &l);
		field = header_alone(l.text, opt, &settled);
		if (field != NULL && !is(field, seen, n))
			seen[n++] = field;
	}
	return n;
}

static void map_vertical(
	const struct header_sheet *s, const struct header_options *opt, struct header_map *out)
{
	struct labels ls;

	*out = (struct header_map){ .layout = HEADER_VERTICAL };
	read_vertical(s, opt, &ls);
	decide_all(&ls, s, opt);
	claim_all(&ls, title_unit(s, s->row_count < HEADER_SCAN ? s->row_count : HEADER_SCAN), out);
}

bool header_find(
	const struct header_sheet *sheet, const struct header_options *opt, struct header_map *out)
{
	struct header_map now;
	size_t best = 1, names;

	*out = (struct header_map){ .layout = HEADER_NONE };
	for (size_t row = 0; row < sheet->row_count && row < HEADER_SCAN; row++) {
		bool pair = is_pair(sheet, row, opt);

		map_row(sheet, row, pair, opt, &now);
		if (now.known > best) {
			best = now.known;
			*out = now;
		}
		row += pair;
	}
	names = vertical_names(sheet, opt);
	if (names >= 2 && names > best)
		map_vertical(sheet, opt, out);
	if (out->layout != HEADER_NONE)
		return true;
	warn(out, "no_header", "");
	return false;
}
