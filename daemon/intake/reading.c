#include "reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "money.h"
#include "record_read.h"

#include "banned.h"

enum { DAY_MS = 86400000 };

const char **reading_member_text(void *base, size_t at)
{
	return (const char **)(void *)((char *)base + at);
}

int64_t *reading_member_number(void *base, size_t at)
{
	return (int64_t *)(void *)((char *)base + at);
}

const char *reading_keep(struct reading *rd, const char *s)
{
	return *s == '\0' ? "" : arena_text(&rd->r->arena, s, strlen(s));
}

/* ---- flags, notes and what is kept aside ------------------------------------------------ */

void reading_flag(struct reading *rd, const char *name)
{
	if (!record_has_flag(rd->r, name) && rd->r->flag_count < RECORD_FLAGS)
		rd->r->flags[rd->r->flag_count++] = reading_keep(rd, name);
}

void reading_flag_field(struct reading *rd, const char *what, const struct field *f)
{
	char name[64];

	snprintf(name, sizeof name, "%s_%s", what, f->name);
	reading_flag(rd, name);
}

void reading_aside(struct reading *rd, const struct field *f)
{
	char clean[CELL_MAX];
	json_t *value = NULL;

	if (f->raw != NULL)
		value = json_incref((json_t *)(uintptr_t)f->raw);
	else if (cell_tidy(f->text, clean, sizeof clean) == CELL_TEXT)
		value = json_string(clean);
	if (value == NULL)
		return;
	if (rd->r->extra == NULL)
		rd->r->extra = json_object();
	json_object_set_new(rd->r->extra, *f->label != '\0' ? f->label : "?", value);
}

void reading_note(struct reading *rd, const struct field *f, const struct cell_fault *why)
{
	struct fault fault;

	field_fault(f, rd->row, why, &fault);
	notes_add(rd->notes, &fault);
	reading_flag_field(rd, "bad", f);
	reading_aside(rd, f);
}

void reading_note_person(struct reading *rd, const struct field *f, const struct cell_fault *why)
{
	reading_note(rd, f, why);
	if (rd->person_bad)
		return;
	field_fault(f, rd->row, why, &rd->person);
	rd->person_bad = true;
}

/* ---- takers that several tables use ------------------------------------------------------ */

void *reading_base(struct reading *rd, const struct field *f, const struct taker *t)
{
	char clean[CELL_MAX];

	if (!t->transfer)
		return rd->r;
	if (cell_clean(f->text, CELL_ASCII, clean, sizeof clean) == CELL_EMPTY)
		return NULL;
	if (f->part >= RECORD_TRANSFERS)
		reading_flag(rd, "more_transfers");
	return record_transfer_at(rd->r, f->part);
}

bool reading_text(struct reading *rd, const struct field *f, enum cell_fold fold, char *out)
{
	enum cell_verdict v = cell_clean(f->text, fold, out, CELL_MAX);

	if (v != CELL_TEXT && v != CELL_EMPTY)
		reading_note(rd, f, cell_fault(v));
	return v == CELL_TEXT;
}

void reading_take_text(struct reading *rd, const struct field *f, const struct taker *t)
{
	char clean[CELL_MAX];
	void *base = reading_base(rd, f, t);

	if (base != NULL && reading_text(rd, f, CELL_ASCII, clean) &&
		**reading_member_text(base, t->at) == '\0')
		*reading_member_text(base, t->at) = reading_keep(rd, clean);
}

/* Addresses and remarks: line feeds stay. */
void reading_take_tidy(struct reading *rd, const struct field *f, const struct taker *t)
{
	char clean[CELL_MAX];
	enum cell_verdict v = cell_tidy(f->text, clean, sizeof clean);

	if (v == CELL_TEXT)
		*reading_member_text(rd->r, t->at) = reading_keep(rd, clean);
	else if (v != CELL_EMPTY)
		reading_note(rd, f, cell_fault(v));
}

bool reading_time(struct reading *rd, const struct field *f, int64_t *ms)
{
	struct date d;
	enum date_rc rc = field_date(f, rd->ctx, false, &d);

	if (rc == DATE_EMPTY)
		return false;
	if (rc != DATE_OK) {
		reading_note(rd, f, date_fault(rc));
		return false;
	}
	*ms = date_ms(&d);
	if (*ms > rd->ctx->now_ms + DAY_MS && strstr(f->name, "deadline") == NULL)
		reading_flag_field(rd, "future", f);
	return true;
}

void reading_take_time(struct reading *rd, const struct field *f, const struct taker *t)
{
	void *base = reading_base(rd, f, t);
	int64_t ms;

	if (base != NULL && reading_time(rd, f, &ms))
		*reading_member_number(base, t->at) = ms;
}

void reading_take_money(struct reading *rd, const struct field *f, const struct taker *t)
{
	struct money m;
	enum money_rc rc;

	rc = money_parse(f->text, money_unit_of(f->unit), f->kind == SHEET_NUMBER, &m);
	if (rc == MONEY_EMPTY)
		return;
	if (rc != MONEY_OK) {
		reading_note(rd, f, money_fault(rc));
		return;
	}
	if (m.approx)
		reading_flag_field(rd, "about", f);
	*reading_member_number(reading_base(rd, f, t), t->at) = m.fen;
}
