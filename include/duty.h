/* duty.h - the rota as rows. A team without any row has everybody on duty at all times. */
#ifndef QUANZU_DUTY_H
#define QUANZU_DUTY_H

#include "rota.h"
#include "store.h"

struct duty {
	int64_t id, team_id;
	struct rota_shift shift;
};

int64_t duty_put(struct store *s, const char *actor, const struct duty *d, bool *created);
bool duty_delete(struct store *s, const char *actor, int64_t id);
const struct rota_shift *duty_of_team(struct store *s, int64_t team_id, size_t *count); /* in the arena */

#endif
