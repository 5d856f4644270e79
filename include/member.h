/*
 * member.h - the people who knock on the door: teams and their members.
 *
 * A team hangs on an area; its kind follows from there: `village` (an area below the
 * centre's), `centre` (the centre's own area: the duty desk), `police` (the police contact),
 * `line2` (second line). One person may stand in several teams with the same number.
 */
#ifndef QUANZU_MEMBER_H
#define QUANZU_MEMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "change.h"
#include "store.h"

struct team {
	int64_t id;
	const char *name, *area, *kind;
};

struct member {
	int64_t id, team_id;
	const char *name, *phone; /* plain; normalised mobile number */
	const char *post; /* member, leader, head (村居书记、主任), officer (民警), desk (值班员) */
	const char *post_raw; /* as the file had it */
	const char *area;
	const char *state;      /* active, away, left */
	int64_t away_until;     /* ms; counts while state is active: on leave until then */
	const char *pledged_on; /* date of the confidentiality pledge, "" none */
	const char *trained_on; /* date of the last training, "" none */
	int load_cap;       /* open tasks at a time; 0 no cap (for SAVE_FILL: as it is stored) */
	int64_t stopped_at; /* asked for no more SMS, 0 not */
	int64_t asked_at;   /* when a task was offered last; 0 long ago; filled like the next two */
	int open_tasks;     /* offered or accepted now; filled by member_candidates() */
	bool on_duty;       /* by the rota, now; filled by member_candidates() */
};

extern const struct member member_blank; /* every text "": nobody yet */

bool team_get(struct store *s, int64_t id, struct team *out);
bool team_by_name(struct store *s, const char *name, struct team *out);
/* Makes or changes (id 0: found again by name); returns the id, 0 when the id is unknown. */
int64_t team_save(struct store *s, const struct team *t, enum save_mode mode, struct change *c);
int64_t team_put(struct store *s, const char *actor, const struct team *t, bool *created);
/* The team of that kind for this area: its own, else the nearest above. False: nobody. */
bool team_of_area(struct store *s, const char *area, const char *kind, struct team *out);

/* The kind that an area gives: `village` below a town, else `centre`. */
const char *team_kind_of_area(const char *area);

bool member_get(struct store *s, int64_t id, struct member *out);
/*
 * Makes or changes; id 0: found again by team and number. Returns the id; 0 and the failure
 * STORE_CONFLICT when another member of the team has the number already. put writes the event
 * too. away_until and stopped_at are changed by member_leave() and member_stop() only.
 */
int64_t member_save(struct store *s, const struct member *m, enum save_mode mode, struct change *c);
int64_t member_put(struct store *s, const char *actor, const struct member *m, bool *created);
/* Post of a 职务 cell: 书记, 主任 -> head; 队长, 组长 -> leader; 民警, 所长 -> officer; 值班 -> desk; else member. */
const char *member_post_of(const char *text);
/* Those of this name in a team (for a number that changed). */
size_t member_by_name(struct store *s, int64_t team_id, const char *name, int64_t *ids, size_t max);
/* All of one team, the ones who left too; the array and its texts in `memory`. For crew.h. */
struct member *member_all(struct store *s, int64_t team_id, struct arena *memory, size_t *count);
/* The active members of one team, not left and not on leave at the store's time, on-duty
 * flag and load filled, those on duty first, then by load, then by who waits longest. The
 * load is the person's: tasks of the same number in other teams count. */
const struct member *member_candidates(struct store *s, int64_t team_id, size_t *count);
/* Members (any team) with this number, active first; 0 none. The array lives in the arena. */
const struct member *member_of_phone(struct store *s, const char *phone, size_t *count);
void member_leave(struct store *s, const char *actor, int64_t id, int64_t until_ms); /* 0: back */
void member_stop(struct store *s, const char *actor,
	int64_t id); /* asked for no more SMS; for the manager to see */

#endif
