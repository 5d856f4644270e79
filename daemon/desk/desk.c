#include "desk.h"

#include <stdlib.h>

#include "alarm.h"
#include "clock.h"
#include "desk_room.h"
#include "log.h"

#include "banned.h"

enum { AREAS_MAX = 64 << 20 };
#define DOUBT_MS (5 * MINUTE_MS)

int64_t desk_clock_apart(struct desk *d)
{
	char kept[24];

	return store_meta(d->s, "clock_apart", kept, sizeof kept) ? strtoll(kept, NULL, 10) : 0;
}

/* A clock that was doubted when we stopped is still as far off as it was (see tick.c). */
static void start_time(struct desk *d)
{
	int64_t last = store_last_at(d->s), apart = desk_clock_apart(d);

	d->steady_wall_ms = clock_now_ms() - apart;
	d->steady_mono_ms = clock_mono_ms();
	d->clock_doubted = apart != 0;
	if (d->steady_wall_ms + DOUBT_MS < last) {
		/* A box without a battery clock starts in the past: go on from what was written last. */
		log_error("clock before the last record by_ms=%lld",
			(long long)(last - d->steady_wall_ms));
		d->steady_wall_ms = last;
		d->clock_doubted = true;
	}
}

struct desk *desk_open(struct store *s, const struct settings *set)
{
	struct desk *d = calloc(1, sizeof *d);

	if (d == NULL)
		abort();
	d->s = s;
	d->set = set;
	d->areas_version = -1;
	arena_init(&d->areas_memory, AREAS_MAX);
	start_time(d);
	s->now_ms = d->steady_wall_ms;
	traffic_start(d);
	return d;
}

void desk_close(struct desk *d)
{
	if (d == NULL)
		return;
	traffic_stop(d);
	arena_free(&d->areas_memory);
	free(d);
}

void desk_settings(struct desk *d, const struct settings *set)
{
	d->set = set;
	traffic_reload(d);
}

struct store *desk_store(struct desk *d)
{
	return d->s;
}

/*
 * Deadlines must not fire early because somebody set the clock. So time runs on from the last
 * trusted moment; a wall clock that stays near it corrects it, one that jumps is doubted until
 * a person confirms it.
 */
int64_t desk_now_ms(struct desk *d)
{
	int64_t mono = clock_mono_ms(), wall = clock_now_ms();
	int64_t steady = d->steady_wall_ms + (mono - d->steady_mono_ms);
	int64_t apart = wall - steady;

	if (!d->clock_doubted && (apart > DOUBT_MS || apart < -DOUBT_MS)) {
		log_error("clock jumped by_ms=%lld", (long long)apart);
		d->clock_doubted = true;
	}
	if (d->clock_doubted && apart < DOUBT_MS && apart > -DOUBT_MS)
		d->clock_doubted = false;
	if (!d->clock_doubted) {
		/* Small differences only ever move it forward: an event is never older than the last. */
		steady = wall > steady ? wall : steady;
		d->steady_wall_ms = steady;
		d->steady_mono_ms = mono;
	}
	return steady;
}
