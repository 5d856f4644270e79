/*
 * people.h - the people's side of the desk: who a warning means, imports, single changes.
 *
 * Each function is (part of) the body of one job of the store.
 */
#ifndef QUANZU_PEOPLE_H
#define QUANZU_PEOPLE_H

#include <jansson.h>

#include "fault.h"
#include "match.h"
#include "people_record.h"
#include "store.h"

/*
 * Finds whom a warning means: candidates by ID number, by each phone, and by name where the
 * birth date, the ID's tail or the village stands beside it; then match_best(). Texts may be
 * as a person wrote them. People who moved away or were removed are not found. With a masked
 * name the residents of its area are looked through, at most PEOPLE_LOOK of them.
 */
enum { PEOPLE_LOOK = 5000 };
struct match_result people_match(struct store *s, const struct match_person *p);

/* -- imports ------------------------------------------------------------------------------ */

enum { PEOPLE_SLICE = 500 };

struct people_import {
	const char *actor;     /* for the books: "drop:FILE", "key:NAME" */
	const char *centre;    /* the centre's area code: where nothing else is known; "" none */
	enum header_kind kind; /* of all rows; not HEADER_WARNING */
	bool dry_run;          /* only say what would change; slices do not see each other */
	bool whole; /* this slice is the whole file: a member's new number replaces the old */
};

enum people_done { PEOPLE_REJECTED, PEOPLE_CREATED, PEOPLE_UPDATED, PEOPLE_UNCHANGED };

struct people_row {
	enum people_done done;
	int64_t id;         /* of the row; 0 for areas and when rejected */
	const char *note;   /* "", area_unknown, area_ambiguous, phone_changed */
	struct fault fault; /* when rejected; its row is left 0 for the caller to set */
};

struct people_counts {
	int created, updated, unchanged, rejected;
};

/*
 * Applies at most PEOPLE_SLICE records of one kind; out[count] gets what became of each. A
 * row that fails is undone alone. Importing the same file again changes nothing.
 *
 * Residents are found again as resident.h says. Teams of members are made when absent: area
 * by the village of their rows, else by their name, else the centre's; kind by their name,
 * else by the posts, else by the area. A shift's team and member must be there. Areas hang
 * under the code that their digits give when the file names no parent.
 *
 * The books: one event a slice with the counts (for residents with the ids), and for the
 * other kinds an event for each row that changed. A dry run leaves no trace.
 */
void people_import_slice(struct store *s, const struct people_import *how,
	const struct people_record *rows, size_t count, struct people_row *out,
	struct people_counts *counts);
const char *people_done_code(enum people_done d); /* created, updated, unchanged, rejected */

/* -- single rows ------------------------------------------------------------------------------ */

/*
 * Makes (id 0) or changes one area, resident, team, member or duty from a JSON object, with
 * its event. Fields that are absent keep what is stored; null or "" empties them.
 *
 *   areas      code name parent kind aliases population   (found by code; id is ignored)
 *   residents  name id_no birth sex phones[] family[{name,phone,relation}] guardian{...}
 *              area address tags risk state remark
 *   teams      name area kind
 *   members    team name phone post area state away_until pledged_on trained_on load_cap
 *   duties     team, member or phone, weekdays[1..7] day from to off
 *
 * An area is a code or a name; a team an id or a name. False: refused, nothing is written,
 * *fault says which field and why. *out gets the row as people_json() shows it, with
 * "created" and "changed":[columns].
 */
bool people_put_json(struct store *s, const char *actor, const char *noun, const json_t *body,
	int64_t id, json_t **out, struct fault *fault);
/* One row; masked unless `plain` (the caller has checked the right and written the reveal). A
 * new reference, NULL when there is no such row. Areas: `code` instead of the id. */
json_t *people_json(struct store *s, const char *noun, int64_t id, const char *code, bool plain);

#endif
