#include "reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "idcard.h"
#include "mask.h"
#include "name.h"
#include "phone.h"
#include "place.h"

#include "banned.h"

enum { AGE_MAX = 120 };

static void take_name(struct reading *rd, const struct field *f, const struct taker *t)
{
	struct name name;
	enum name_rc rc = name_parse(f->text, &name);

	(void)t;
	if (rc == NAME_EMPTY)
		return;
	if (rc != NAME_OK) {
		reading_note_person(rd, f, name_fault(rc));
		return;
	}
	rd->r->name = reading_keep(rd, name.text);
	if (name.flags & NAME_WILD)
		reading_flag(rd, "name_wild");
	if (name.flags & NAME_ORG)
		reading_flag(rd, "name_org");
	if (name.sex != 0 && *rd->r->sex == '\0')
		rd->r->sex = name.sex == 'M' ? "M" : "F";
	if (*name.note != '\0')
		reading_aside(rd, f);
}

/* Passports of other countries and the like: no rule knows them, so they are kept as written. */
static bool other_document(struct reading *rd, const struct field *f)
{
	char clean[CELL_MAX];
	const char *type = rd->r->id_type;

	if (*type == '\0' || strstr(type, "身份证") != NULL || strcmp(type, "resident") == 0)
		return false;
	if (cell_clean(f->text, CELL_NFKC, clean, sizeof clean) != CELL_TEXT || strlen(clean) > 23)
		return false;
	rd->r->id_no = reading_keep(rd, clean);
	reading_flag(rd, "id_unchecked");
	return true;
}

static void take_id(struct reading *rd, const struct field *f, const struct taker *t)
{
	struct idcard id;
	enum idcard_rc rc = idcard_parse(f->text, date_of_ms(rd->ctx->now_ms), &id);

	(void)t;
	if (field_digits_lost(f))
		rc = IDCARD_EXCEL_DAMAGED;
	if (rc == IDCARD_EMPTY)
		return;
	if (rc == IDCARD_MASKED) {
		rd->r->id_no = reading_keep(rd, id.text); /* its tail still helps to match */
		reading_flag(rd, "id_masked");
		return;
	}
	if (rc != IDCARD_OK && rc != IDCARD_EXCEL_DAMAGED && other_document(rd, f))
		return;
	if (rc != IDCARD_OK) {
		rd->id_damaged = rd->id_damaged || rc == IDCARD_EXCEL_DAMAGED;
		reading_note_person(rd, f, idcard_fault(rc));
		if (rc ==
			IDCARD_EXCEL_DAMAGED) /* this one is told, whatever else was wrong before */
			field_fault(f, rd->row, idcard_fault(rc), &rd->person);
		return;
	}
	rd->r->id_no = reading_keep(rd, id.text);
	rd->r->id_type = idcard_type_code(id.type);
	rd->id_sex = id.sex;
	rd->id_birth = id.birth;
	if (id.flags & IDCARD_FROM15)
		reading_flag(rd, "id_from15");
}

static void add_phone(struct reading *rd, const struct phone *p)
{
	struct warning_record *r = rd->r;

	for (int i = 0; i < r->phone_count; i++)
		if (strcmp(r->phones[i], p->text) == 0)
			return;
	if (r->phone_count < RECORD_PHONES)
		r->phones[r->phone_count++] = reading_keep(rd, p->text);
	else
		reading_flag(rd, "more_phones");
}

static void take_phones(struct reading *rd, const struct field *f, const struct taker *t)
{
	struct phone_list list;
	enum phone_rc rc = phone_parse_list(f->text, rd->ctx->area_code, &list);
	int service = 0;

	(void)t;
	if (rc == PHONE_EMPTY)
		return;
	for (size_t i = 0; rc == PHONE_OK && i < list.count; i++) {
		service += list.item[i].kind == PHONE_SERVICE;
		if (list.item[i].kind != PHONE_SERVICE) /* 96110 is nobody's own number */
			add_phone(rd, &list.item[i]);
	}
	if (rc == PHONE_MASKED)
		reading_flag(rd, "phone_masked");
	if (rc != PHONE_OK)
		reading_note_person(rd, f, phone_fault(rc));
	else if (service == (int)list.count)
		reading_note_person(rd, f, phone_fault(PHONE_NOT_A_PHONE));
	else if (list.partial != PHONE_OK)
		reading_note(rd, f, phone_fault(list.partial));
	if (list.more)
		reading_flag(rd, "more_phones");
}

/* Of the family, of the officer: the first good one. */
static void take_phone(struct reading *rd, const struct field *f, const struct taker *t)
{
	struct phone_list list;
	enum phone_rc rc = phone_parse_list(f->text, rd->ctx->area_code, &list);

	if (rc == PHONE_EMPTY)
		return;
	if (rc != PHONE_OK) {
		reading_note(rd, f, phone_fault(rc));
		return;
	}
	*reading_member_text(rd->r, t->at) = reading_keep(rd, list.item[0].text);
	if (list.count > 1 || list.partial != PHONE_OK)
		reading_aside(rd, f);
}

static void take_sex(struct reading *rd, const struct field *f, const struct taker *t)
{
	static const struct cell_fault bad = { "bad_sex", "性别只能是男或女", "请填写男或女。" };
	static const struct {
		const char *word, *sex;
	} words[] = { { "男", "M" }, { "女", "F" }, { "男性", "M" }, { "女性", "F" }, { "M", "M" },
		{ "F", "F" }, { "m", "M" }, { "f", "F" }, { "male", "M" }, { "female", "F" },
		{ "1", "M" }, { "2", "F" } };
	char clean[CELL_MAX];

	(void)t;
	if (!reading_text(rd, f, CELL_NFKC, clean))
		return;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(clean, words[i].word) != 0)
			continue;
		rd->r->sex = words[i].sex;
		return;
	}
	reading_note(rd, f, &bad);
}

static void take_age(struct reading *rd, const struct field *f, const struct taker *t)
{
	static const struct cell_fault bad = { "bad_age", "年龄不是0到120之间的数",
		"请填写周岁，如45。" };
	char clean[CELL_MAX];

	(void)t;
	if (!reading_text(rd, f, CELL_NFKC, clean))
		return;
	rd->r->age = field_int(f, AGE_MAX);
	if (rd->r->age < 0)
		reading_note(rd, f, &bad);
}

static void take_birth(struct reading *rd, const struct field *f, const struct taker *t)
{
	struct date d;
	enum date_rc rc = field_date(f, rd->ctx, true, &d);
	char text[DATE_TEXT];

	(void)t;
	if (rc == DATE_EMPTY)
		return;
	if (rc != DATE_OK) {
		reading_note(rd, f, date_fault(rc));
		return;
	}
	if (d.prec == DATE_BY_MONTH) { /* good for the age, not for a birthday */
		rd->r->age = date_age(d.day, date_of_ms(rd->ctx->now_ms));
		reading_aside(rd, f);
		return;
	}
	d.prec = DATE_BY_DAY;
	rd->r->birth = reading_keep(rd, date_text(&d, text));
}

/* ---- places ---------------------------------------------------------------------------- */

static void take_area(struct reading *rd, const struct field *f, const struct taker *t)
{
	char clean[CELL_MAX];

	(void)t;
	if (!reading_text(rd, f, CELL_NFKC, clean))
		return;
	if (!place_is_code(clean))
		rd->r->village = reading_keep(rd, clean);
	else if (strlen(clean) == PLACE_CODE)
		rd->r->village_code = reading_keep(rd, clean);
	else
		rd->r->grid_code = reading_keep(rd, clean);
}

static void take_grid(struct reading *rd, const struct field *f, const struct taker *t)
{
	char clean[CELL_MAX];

	(void)t;
	if (!reading_text(rd, f, CELL_NFKC, clean))
		return;
	if (place_is_code(clean))
		rd->r->grid_code = reading_keep(rd, clean);
	else
		reading_aside(rd, f);
}

/* clang-format off */
const struct taker reading_person[] = {
	{ "victim_name", take_name, READING_OWN }, { "id_type", reading_take_text, READING_AT(id_type) },
	{ "id_no", take_id, READING_OWN }, { "sex", take_sex, READING_OWN }, { "age", take_age, READING_OWN },
	{ "birth", take_birth, READING_OWN }, { "phone", take_phones, READING_OWN },
	{ "addr_live", reading_take_tidy, READING_AT(addr_live) }, { "addr_reg", reading_take_tidy, READING_AT(addr_reg) },
	{ "village", take_area, READING_OWN }, { "village_code", take_area, READING_OWN }, { "area", take_area, READING_OWN }, { "area_code", take_area, READING_OWN },
	{ "grid", take_grid, READING_OWN }, { "grid_code", take_grid, READING_OWN },
	{ "family_name", reading_take_text, READING_AT(family_name) }, { "family_phone", take_phone, READING_AT(family_phone) },
	{ "employer", reading_take_text, READING_AT(employer) }, { "occupation", reading_take_text, READING_AT(occupation) },
	{ "officer_phone", take_phone, READING_AT(officer_phone) },
	READING_END
};
/* clang-format on */
