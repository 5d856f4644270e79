/*
 * reading.h - a warning record while its fields are taken one after the other.
 *
 * Each group of fields (the person, the facts, the other side) is a file with a table of
 * struct taker; record_read.c goes through the tables. A new field is a line in one of them.
 */
#ifndef QUANZU_READING_H
#define QUANZU_READING_H

#include "fields.h"
#include "record_new.h"

struct reading {
	const struct intake_ctx *ctx;
	int row;
	struct warning_record *r;
	struct notes *notes;
	struct fault person; /* why an ID number, phone or name was of no use: the first */
	bool person_bad, id_damaged;
	char id_sex; /* what the ID number says */
	struct date_day id_birth;
};

struct taker {
	const char *field;
	void (*take)(struct reading *rd, const struct field *f, const struct taker *t);
	size_t at;           /* of the member it fills */
	bool transfer;       /* a member of struct record_transfer, not of the record */
	const char *suspect; /* "url:": the value is one of the other side's */
};

/* Each ends with a taker whose field is NULL. */
extern const struct taker reading_person[], reading_facts[], reading_others[];

const char *reading_keep(struct reading *rd, const char *s); /* a copy in the record */
void reading_flag(struct reading *rd, const char *name);
void reading_flag_field(struct reading *rd, const char *what, const struct field *f);
/* Nothing that came is lost: what no member holds goes to `extra` under the sender's word. */
void reading_aside(struct reading *rd, const struct field *f);
/* A cell that could not be read, in a record that may be good all the same. */
void reading_note(struct reading *rd, const struct field *f, const struct cell_fault *why);
/* The same for a cell that should have led to the person: perhaps the reason to refuse. */
void reading_note_person(struct reading *rd, const struct field *f, const struct cell_fault *why);
/* out[CELL_MAX]. True when there is a text; an unreadable cell is noted. */
bool reading_text(struct reading *rd, const struct field *f, enum cell_fold fold, char *out);

/* Where the members of the taker's kind are: the record, or the field's transfer, which is made
 * when the first of its cells has something in it. NULL: an empty cell, or too many transfers. */
void *reading_base(struct reading *rd, const struct field *f, const struct taker *t);
const char **reading_member_text(void *base, size_t at);
int64_t *reading_member_number(void *base, size_t at);

bool reading_time(
	struct reading *rd, const struct field *f, int64_t *ms); /* false: none, or noted */

/* Takers that several tables use. */
void reading_take_text(struct reading *rd, const struct field *f, const struct taker *t);
void reading_take_tidy(struct reading *rd, const struct field *f, const struct taker *t);
void reading_take_time(struct reading *rd, const struct field *f, const struct taker *t);
void reading_take_money(struct reading *rd, const struct field *f, const struct taker *t);

#define READING_AT(member) offsetof(struct warning_record, member), false, NULL
#define READING_TX(member) offsetof(struct record_transfer, member), true, NULL
#define READING_SUSPECT(prefix) 0, false, prefix
#define READING_OWN 0, false, NULL /* the function knows where */
#define READING_END \
	{ \
		NULL, NULL, 0, false, NULL \
	}

#endif
