#include <string.h>

#include "date.h"
#include "explain.h"
#include "idcard.h"
#include "json.h"
#include "money.h"
#include "name.h"
#include "phone.h"

#include "banned.h"

/* What a line may say beside the text: the "ctx" object, with its defaults. */
struct ctx {
	struct date_day ref;
	bool number_cell, epoch_1904, birth;
	const char *unit, *area;
};

static bool is(const json_t *object, const char *key, const char *value)
{
	const char *s = json_str(object, key);

	return s != NULL && strcmp(s, value) == 0;
}

static struct ctx read_ctx(const json_t *line)
{
	const json_t *o = json_object_get(line, "ctx");
	struct ctx ctx = { .ref = { 2023, 9, 19 } };
	const struct date_ctx plain = { .ref = ctx.ref };
	struct date ref;

	if (json_str(o, "ref") != NULL && date_parse(json_str(o, "ref"), &plain, &ref) == DATE_OK)
		ctx.ref = ref.day;
	ctx.number_cell = is(o, "cell", "n");
	ctx.epoch_1904 = is(o, "epoch", "1904");
	ctx.birth = is(o, "field", "birth");
	ctx.unit = json_str(o, "unit");
	ctx.area = json_str(o, "area");
	return ctx;
}

static void put_verdict(json_t *out, const struct cell_fault *fault)
{
	bool ok = fault->code[0] == '\0';

	json_object_set_new(out, "ok", json_boolean(ok));
	if (ok)
		return;
	json_put_str(out, "err", fault->code);
	json_put_str(out, "why", fault->why);
	json_put_str(out, "mend", fault->mend);
}

static void put_text(json_t *out, const char *key, const char *text)
{
	if (text[0] != '\0')
		json_put_str(out, key, text);
}

static json_t *phone_flags(unsigned flags)
{
	json_t *list = json_array();

	for (unsigned bit = 0; bit < PHONE_FLAGS; bit++)
		if (flags >> bit & 1u)
			json_array_append_new(
				list, json_string(phone_flag_code((enum phone_flag)(1u << bit))));
	return list;
}

static void explain_phone(const char *in, const struct ctx *ctx, json_t *out)
{
	struct phone p;
	enum phone_rc rc = phone_parse(in, ctx->area, &p);

	put_verdict(out, phone_fault(rc));
	put_text(out, "out", p.text);
	if (rc != PHONE_OK)
		return;
	json_put_str(out, "class", phone_class_code(p.kind));
	json_object_set_new(out, "flags", phone_flags(p.flags));
	put_text(out, "note_text", p.note);
}

static void explain_phones(const char *in, const struct ctx *ctx, json_t *out)
{
	struct phone_list list;
	enum phone_rc rc = phone_parse_list(in, ctx->area, &list);
	json_t *numbers;

	put_verdict(out, phone_fault(rc));
	if (rc != PHONE_OK)
		return;
	numbers = json_array();
	for (size_t i = 0; i < list.count; i++)
		json_array_append_new(numbers, json_string(list.item[i].text));
	json_object_set_new(out, "out", numbers);
	if (list.partial != PHONE_OK)
		json_put_str(out, "partial", phone_fault(list.partial)->code);
}

static void put_sex(json_t *out, char sex)
{
	const char text[2] = { sex, '\0' };

	put_text(out, "sex", text);
}

static void explain_id(const char *in, const struct ctx *ctx, json_t *out)
{
	struct idcard id;
	char text[DATE_TEXT];

	put_verdict(out, idcard_fault(idcard_parse(in, ctx->ref, &id)));
	put_text(out, "out", id.text);
	if (id.type == IDCARD_NONE)
		return;
	json_put_str(out, "type", idcard_type_code(id.type));
	if (id.birth.year > 0) {
		struct date birth = { .day = id.birth, .prec = DATE_BY_DAY };

		json_put_str(out, "birth", date_text(&birth, text));
	}
	put_sex(out, id.sex);
	if (id.flags & IDCARD_FROM15)
		json_object_set_new(
			out, "flags", json_pack("[s]", idcard_flag_code(IDCARD_FROM15)));
}

static void explain_check(const char *in, const struct ctx *ctx, json_t *out)
{
	const char check[2] = { strlen(in) == 17 ? idcard_check(in) : '\0', '\0' };

	(void)ctx;
	put_verdict(out, idcard_fault(check[0] != '\0' ? IDCARD_OK : IDCARD_BAD_LENGTH));
	put_text(out, "out", check);
}

static void explain_name(const char *in, const struct ctx *ctx, json_t *out)
{
	struct name name;
	enum name_rc rc = name_parse(in, &name);
	json_t *flags;

	(void)ctx;
	put_verdict(out, name_fault(rc));
	if (rc != NAME_OK)
		return;
	flags = json_array();
	for (unsigned bit = 0; bit < NAME_FLAGS; bit++)
		if (name.flags >> bit & 1u)
			json_array_append_new(
				flags, json_string(name_flag_code((enum name_flag)(1u << bit))));
	put_text(out, "out", name.text);
	json_object_set_new(out, "flags", flags);
	put_sex(out, name.sex);
	put_text(out, "note_text", name.note);
}

static void explain_date(const char *in, const struct ctx *ctx, json_t *out)
{
	const struct date_ctx how = { ctx->ref, ctx->number_cell, ctx->epoch_1904, ctx->birth };
	struct date date;
	enum date_rc rc = date_parse(in, &how, &date);
	char text[DATE_TEXT];
	json_t *flags;

	put_verdict(out, date_fault(rc));
	if (rc != DATE_OK)
		return;
	json_put_str(out, "out", date_text(&date, text));
	json_put_str(out, "prec", date_prec_code(date.prec));
	flags = json_array();
	for (unsigned bit = 0; bit < DATE_FLAGS; bit++)
		if (date.flags >> bit & 1u)
			json_array_append_new(
				flags, json_string(date_flag_code((enum date_flag)(1u << bit))));
	json_object_set_new(out, "flags", flags);
}

static void explain_money(const char *in, const struct ctx *ctx, json_t *out)
{
	struct money m;
	enum money_rc rc = money_parse(in, money_unit_of(ctx->unit), ctx->number_cell, &m);

	put_verdict(out, money_fault(rc));
	if (rc == MONEY_OK) {
		json_put_int(out, "out", m.fen);
		json_put_str(out, "prec", m.approx ? "approx" : "exact");
	} else if (rc == MONEY_RANGE) {
		json_put_int(out, "lo", m.lo);
		json_put_int(out, "hi", m.hi);
	}
}

static const struct {
	const char *kind;
	void (*explain)(const char *in, const struct ctx *ctx, json_t *out);
} kinds[] = {
	{ "phone", explain_phone },
	{ "phones", explain_phones },
	{ "id", explain_id },
	{ "idcard", explain_id },
	{ "id_check", explain_check },
	{ "name", explain_name },
	{ "date", explain_date },
	{ "amount", explain_money },
};

json_t *explain_identity(const json_t *line)
{
	const char *kind = json_str(line, "kind"), *in = json_str(line, "in");
	json_t *out = json_object();
	const struct ctx ctx = read_ctx(line);

	if (json_str(line, "id") != NULL)
		json_put_str(out, "id", json_str(line, "id"));
	for (size_t i = 0; kind != NULL && in != NULL && i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(kind, kinds[i].kind) != 0)
			continue;
		kinds[i].explain(in, &ctx, out);
		return out;
	}
	json_put_str(out, "error",
		"每行需要kind（phone、phones、id、id_check、name、date、amount）和in。");
	return out;
}
