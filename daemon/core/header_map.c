#include "header_map.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

#include "banned.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

const char *header_raw(const struct header_sheet *s, size_t row, size_t col)
{
	const char *cell;

	if (row >= s->row_count || col >= s->rows[row].count)
		return "";
	cell = s->rows[row].cells[col];
	return cell == NULL ? "" : cell;
}

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

static void found(struct header_slot *l, const char *field, enum header_strength strength)
{
	l->field = field;
	l->strength = strength;
}

/* A leaf under a group or behind a qualifier. True when the owner decides, also for nobody. */
static bool by_owner(struct header_slot *l, const char *group, const char *word,
	const struct header_options *opt)
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
static bool by_neighbour(struct header_slot *l, const char *word, enum header_owner before,
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
static bool by_parts(struct header_slot *l, const char *word, const struct header_options *opt)
{
	char left[HEADER_NORM];
	const char *right = NULL, *unit;
	bool settled;

	for (const char *p = word; *p != '\0'; p++)
		if (strchr("-_/|", *p) != NULL)
			right = p;
	if (right == NULL || right == word || right[1] == '\0')
		return false;
	memcpy(left, word, (size_t)(right - word));
	left[right - word] = '\0';
	right++;
	unit = header_unit(right);
	if (unit != NULL)
		l->leaf.unit = unit;
	else if (by_owner(l, left, right, opt))
		return true;
	found(l, header_alone(unit == NULL ? right : left, opt, &settled), STRONG);
	return l->field != NULL || settled;
}

/* 手机号码2, 金额万元: once more without the tail. */
static const char *without_tail(struct header_slot *l, const char *word, char out[HEADER_NORM])
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

static bool decide_word(struct header_slot *l, const char *word, enum header_owner before,
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

static void decide(
	struct header_slot *l, enum header_owner before, const struct header_options *opt)
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
static enum header_owner owner_behind(const struct header_slot *l, enum header_owner before)
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
static bool values_are_ends(const struct header_sheet *s, const struct header_slot *l)
{
	static const char *const ends[] = { "资金", "话单", "通联", "网络端", "电话端", "资金端",
		"app端", "网址", "电话预警", "短信", "网络预警", "线下取现", "取现" };
	struct header_label value;
	size_t yes = 0, no = 0;

	for (size_t row = l->row; row < s->row_count; row++) {
		bool end = false;

		header_norm(header_raw(s, row, l->col), &value);
		for (size_t i = 0; i < COUNT(ends); i++)
			end = end || strncmp(value.text, ends[i], strlen(ends[i])) == 0;
		yes += end;
		no += !end && value.text[0] != '\0';
	}
	return yes > no;
}

void header_decide(struct header_labels *ls, const struct header_sheet *sheet,
	const struct header_options *opt)
{
	enum header_owner before = OWNER_NONE;

	for (size_t i = 0; i < ls->count; i++) {
		struct header_slot *l = &ls->at[i];

		if (i > 0 && strcmp(l->group.text, ls->at[i - 1].group.text) != 0)
			before = OWNER_NONE;
		if (l->leaf.text[0] != '\0')
			decide(l, before, opt);
		if (opt->kind == HEADER_WARNING && strcmp(l->leaf.text, "预警类型") == 0)
			found(l, values_are_ends(sheet, l) ? "channel_end" : "fraud_type", STRONG);
		before = owner_behind(l, before);
	}
}

void header_warn(struct header_map *out, const char *what, const char *field)
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

static void claim(struct header_map *out, size_t i, const struct header_slot *l)
{
	const char *field = l->field;

	if (l->strength == SERIAL)
		field = serial_field(out);
	if (l->strength == DOUBTFUL && claimed(out, field))
		return;
	if (strcmp(field, "phone") == 0)
		field = next_phone(out);
	if (field == NULL || claimed(out, field)) {
		header_warn(out, "duplicate", l->field);
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

static void put_label(struct header_column *c, const struct header_slot *l)
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

static void put_unit(struct header_column *c, const struct header_slot *l, const char *title_unit)
{
	if (is_money(c->field))
		c->unit = l->leaf.unit != NULL    ? l->leaf.unit
			  : l->group.unit != NULL ? l->group.unit
						  : title_unit;
	else if (c->field != NULL && strcmp(c->field, "call_seconds") == 0)
		c->unit = l->leaf.unit;
}

void header_claim(const struct header_labels *ls, const char *title_unit, struct header_map *out)
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
		header_warn(out, "too_wide", "");
}
