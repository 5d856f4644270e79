/*
 * duty.h - the rota as rows. A team without any row has everybody on duty at all times.
 *
 * With id 0 a row is found again by team, member, day or weekdays, and hours.
 */
#ifndef QUANZU_DUTY_H
#define QUANZU_DUTY_H

#include "change.h"
#include "rota.h"
#include "store.h"

struct duty {
	int64_t id, team_id;
	struct rota_shift shift;
};

bool duty_get(struct store *s, int64_t id, struct duty *out);
/* Returns the id, 0 when the given one is unknown; writes no event. */
int64_t duty_save(struct store *s, const struct duty *d, struct change *c);
int64_t duty_put(struct store *s, const char *actor, const struct duty *d, bool *created);
bool duty_delete(struct store *s, const char *actor, int64_t id);
/* The rota of a team, in `memory`. For crew.h, which keeps it. */
struct rota_shift *duty_all(struct store *s, int64_t team_id, struct arena *memory, size_t *count);

#endif
