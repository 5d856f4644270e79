/*
 * people_room.h - what the files people*.c share; nobody else includes it.
 */
#ifndef QUANZU_PEOPLE_ROOM_H
#define QUANZU_PEOPLE_ROOM_H

#include "cell.h"
#include "change.h"
#include "people.h"
#include "place.h"

/* -- people_place.c: texts to area codes ------------------------------------------------------ */

struct people_places {
	const struct place_area *areas; /* in the job's arena */
	size_t count;
	const char *centre;
	char last_text[256], last_code[24]; /* lists come village by village */
	const char *last_note;
};

/* What a record says about where; NULL or "" where it says nothing. */
struct people_where {
	const char *code, *grid, *village, *address;
};

void people_places_load(struct store *s, const char *centre, struct people_places *out);
/* The code that fits best, else the centre's; in the arena. *note gets "" or what was wrong. */
const char *people_place(
	struct store *s, struct people_places *p, const struct people_where *w, const char **note);
/* A text alone, a code or a name; "" when nothing or several fit. In the arena. */
const char *people_place_exact(struct store *s, struct people_places *p, const char *text);

/* -- people_apply.c: one record ---------------------------------------------------------------- */

struct people_work {
	struct store *s;
	const struct people_import *how;
	const struct people_record *rows; /* of the whole slice */
	size_t count;
	struct people_places places;
};

/* Saves one record. False: refused, out->fault is set. Writes the row's event unless it is a resident. */
bool people_apply(struct people_work *w, const struct people_record *r, struct people_row *out,
	struct change *c);

/* -- people_team.c: the team that a member's row names ------------------------------------------ */

/* The id, made when absent. 0: no team can be told, *why says so. */
int64_t people_team(
	struct people_work *w, const struct member_record *m, const struct cell_fault **why);
/* By words of its name, by its members' posts in this slice, by its area. */
const char *people_team_kind(const struct people_work *w, const char *name, const char *area);
/* A code for a 类型 cell: "" when it says nothing. */
const char *people_team_kind_of(const char *text);
/* village, community, grid, school, company, building, town: by the words, else by the code. */
const char *people_area_kind(const char *type, const char *code, const char *name);

/* -- people_put.c: fields of a JSON object ------------------------------------------------------- */

struct people_put {
	struct store *s;
	const char *actor;
	const json_t *body;
	int64_t id;
	struct fault *fault;
	bool bad; /* the first field that is refused sets it; later ones are not read */
	struct people_places places;
};

bool given_has(const struct people_put *p, const char *key);
/* Refuses this field; `masked` is what it held, "" nothing. Always false. */
bool given_refuse(
	struct people_put *p, const char *key, const struct cell_fault *why, const char *masked);
/* Each gives the new value, or `was` when the key is absent; null and "" give "". In the arena. */
const char *given_text(struct people_put *p, const char *key, const char *was);
const char *given_name(struct people_put *p, const char *key, const char *was);  /* of a person */
const char *given_words(struct people_put *p, const char *key, const char *was); /* array or text */
const char *given_day(struct people_put *p, const char *key, bool birth, const char *was);
const char *given_choice(
	struct people_put *p, const char *key, const char *const *codes, const char *was);
const char *given_area(struct people_put *p, const char *key, const char *was);
int64_t given_number(
	struct people_put *p, const char *key, int64_t least, int64_t most, int64_t was);
int64_t given_time(struct people_put *p, const char *key, int64_t was);
int64_t given_team(struct people_put *p, const char *key, int64_t was);
/* The number in its normal form, "" and refused when it is none. */
const char *given_number_text(struct people_put *p, const char *key, const char *text, bool mobile);
/* Refused as missing when the value is "". */
void given_needs(struct people_put *p, const char *key, const char *value);

/* Each saves the row, writes its event and gives its id; 0 when refused. */
int64_t people_put_resident(struct people_put *p, struct change *c);
int64_t people_put_member(struct people_put *p, struct change *c);
int64_t people_put_duty(struct people_put *p, struct change *c);

#endif
