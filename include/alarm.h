/*
 * alarm.h - what a person has to look at: one open row per kind and subject, counted when it repeats.
 *
 * Kinds: ladder_end, gap, raised, overdue, handover, handover_late, police_wanted, bad_number, revisit,
 * unreachable, aged, left, unread, expired, refused, ours, channel, sim_notice, storm, stop, clock, audit,
 * breaker, stopped, no_way.
 * The operator's handbook says of each what it means and what to do.
 * `text` is plain Chinese without personal data; `subject` says about what (a case, an area, a channel).
 */
#ifndef QUANZU_ALARM_H
#define QUANZU_ALARM_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

/* True when it is new (not only counted again). */
bool alarm_raise(
	struct store *s, const char *kind, const char *subject, int64_t case_id, const char *text);
void alarm_clear(struct store *s, const char *kind, const char *subject, const char *actor);
bool alarm_clear_id(struct store *s, int64_t id, const char *actor);
/* All of a case but those of its hand-over, which end when the police have it. */
void alarm_clear_case(struct store *s, int64_t case_id, const char *actor);

#endif
