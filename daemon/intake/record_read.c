#include "record_read.h"

#include <stdio.h>
#include <string.h>

#include "reading.h"

#include "banned.h"

bool record_has_flag(const struct warning_record *r, const char *flag)
{
	for (int i = 0; i < r->flag_count; i++)
		if (strcmp(r->flags[i], flag) == 0)
			return true;
	return false;
}

/* phone2, phone3 ... are phone. */
static const struct taker *taker_of(const char *field)
{
	static const struct taker *const tables[] = { reading_person, reading_facts,
		reading_others };
	size_t n = strlen(field);

	while (n > 0 && field[n - 1] >= '0' && field[n - 1] <= '9')
		n--;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		for (const struct taker *t = tables[i]; t->field != NULL; t++)
			if (t->field[0] == field[0] && strncmp(t->field, field, n) == 0 &&
				t->field[n] == '\0')
				return t;
	return NULL;
}

bool record_field(const char *name)
{
	return taker_of(name) != NULL;
}

static void take_field(struct reading *rd, const struct field *f)
{
	const struct taker *t = f->name == NULL ? NULL : taker_of(f->name);

	if (t == NULL)
		reading_aside(rd, f);
	else
		t->take(rd, f, t);
	if (f->cut && f->name != NULL)
		reading_flag_field(rd, "cut", f);
}

/* ---- the whole ------------------------------------------------------------------------- */

/* The ID number knows sex and birth best. */
static void fill_person(struct reading *rd)
{
	struct warning_record *r = rd->r;
	const char *sex = rd->id_sex == 'M' ? "M" : rd->id_sex == 'F' ? "F" : "";
	struct date birth = { .day = rd->id_birth, .prec = DATE_BY_DAY };
	struct field cell = { .name = "birth", .label = "", .text = r->birth, .kind = SHEET_TEXT };
	char text[DATE_TEXT];

	if (*sex != '\0') {
		if (*r->sex != '\0' && strcmp(r->sex, sex) != 0)
			reading_flag(rd, "sex_differs");
		r->sex = sex;
	}
	if (birth.day.year != 0) {
		date_text(&birth, text);
		if (*r->birth != '\0' && strcmp(r->birth, text) != 0)
			reading_flag(rd, "birth_differs");
		r->birth = reading_keep(rd, text);
		r->age = date_age(birth.day, date_of_ms(rd->ctx->now_ms));
	} else if (*r->birth != '\0' && r->age < 0 &&
		   field_date(&cell, rd->ctx, true, &birth) == DATE_OK) {
		r->age = date_age(birth.day, date_of_ms(rd->ctx->now_ms));
	}
}

static void fill_rest(struct reading *rd)
{
	struct warning_record *r = rd->r;
	bool mapped = false;

	if (!level_of_code(r->level_raw, &r->level))
		r->level = level_of_word(r->level_raw, rd->ctx->levels, &mapped);
	else
		mapped = true;
	if (!mapped)
		reading_flag(rd, "level_unmapped");
	if (*r->fraud_type == '\0')
		r->fraud_type = "UNKNOWN";
	if (*r->source == '\0')
		r->source = rd->ctx->source == NULL ? "manual" : reading_keep(rd, rd->ctx->source);
	if (r->transfer_count == 1 && r->transfer[0].amount_fen < 0)
		r->transfer[0].amount_fen = r->amount_fen;
	if (r->amount_fen >= 0)
		return;
	for (int i = 0; i < r->transfer_count; i++)
		if (r->transfer[i].amount_fen > 0)
			r->amount_fen =
				(r->amount_fen < 0 ? 0 : r->amount_fen) + r->transfer[i].amount_fen;
}

/*
 * Without a number of its own a record is known again by who, where from, when and what. The
 * day of receipt stands in for a missing time: better a warning twice than one never.
 */
static void make_no(struct reading *rd)
{
	struct warning_record *r = rd->r;
	int64_t when = r->warn_time != 0 ? r->warn_time : r->issue_time;
	uint8_t hash[SEAL_HASH];
	char hex[2 * SEAL_LOOKUP + 1];
	struct buf b;

	buf_init(&b, 4096);
	buf_addf(&b, "%s|%s|%s|", r->source, r->phone_count > 0 ? r->phones[0] : "", r->fraud_type);
	if (when != 0)
		buf_addf(&b, "%lld|", (long long)when);
	else
		buf_addf(&b, "d%lld|", (long long)date_days(date_of_ms(rd->ctx->now_ms)));
	if (r->phone_count == 0)
		buf_addf(&b, "%s|%.300s|%.900s", r->id_no, r->name, r->addr_live);
	if (rd->ctx->seal != NULL)
		seal_lookup(rd->ctx->seal, "warn_no", buf_str(&b), hash);
	else
		seal_sha256(buf_str(&b), b.len, hash);
	snprintf(r->warn_no, sizeof r->warn_no, "h:%s", seal_hex(hash, SEAL_LOOKUP, hex));
	r->no_made = true;
	buf_free(&b);
}

/* Is there any way to the person? */
static bool leads_to_somebody(const struct warning_record *r)
{
	bool place =
		*r->addr_live || *r->addr_reg || *r->village || *r->village_code || *r->grid_code;
	bool whole_id = *r->id_no != '\0' && strchr(r->id_no, '*') == NULL;

	if (whole_id || r->phone_count > 0)
		return true;
	return *r->name != '\0' && (place || *r->id_no || *r->birth || *r->family_phone);
}

/* True when the record is to be refused. */
static bool judge(struct reading *rd, struct fault *why)
{
	const struct warning_record *r = rd->r;

	if (rd->id_damaged || (rd->person_bad && !leads_to_somebody(r))) {
		*why = rd->person;
		return true;
	}
	if (*r->name == '\0' && *r->id_no == '\0' && r->phone_count == 0) {
		fault_set(why, "nobody", "没有姓名、身份证号和电话，不知道要劝阻谁",
			"请至少填写姓名、身份证号、手机号中的一项。");
		fault_at(why, rd->row, "", "");
		return true;
	}
	if (!leads_to_somebody(r))
		reading_flag(rd, "name_only");
	return false;
}

struct warning_record *record_read(const struct field *fields, size_t count, int row,
	const struct intake_ctx *ctx, struct fault *why, struct notes *notes)
{
	struct reading rd = { .ctx = ctx, .row = row, .notes = notes };

	*notes = (struct notes){ .count = 0 };
	rd.r = record_new();
	for (size_t i = 0; i < count; i++) /* the kind of document decides how its number is read */
		if (fields[i].name != NULL && strcmp(fields[i].name, "id_type") == 0)
			take_field(&rd, &fields[i]);
	for (size_t i = 0; i < count; i++)
		take_field(&rd, &fields[i]);
	fill_person(&rd);
	fill_rest(&rd);
	if (judge(&rd, why)) {
		record_free(rd.r);
		return NULL;
	}
	if (rd.r->warn_no[0] == '\0')
		make_no(&rd);
	return rd.r;
}
