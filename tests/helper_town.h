/*
 * helper_town.h - a made-up township and its warnings, in any number, the same for every run.
 *
 * Village v (from 0) has the area 3101181102vv, a team of its own and `members` people with
 * phones 1380VVVMMMM. Resident n lives in village n % villages. The centre and the police have
 * a team each.
 */
#ifndef QUANZU_HELPER_TOWN_H
#define QUANZU_HELPER_TOWN_H

#include <stdint.h>

#include "desk.h"

enum { TOWN_VILLAGES_MAX = 99 };

struct town {
	int villages, members, residents; /* members to a village */
};

/* Limits and pauses of the channel "sim1" are off. Free with town_settings_free(). */
void town_settings(struct settings *set);
void town_settings_free(struct settings *set);
void town_people(struct store *s, const struct town *t); /* inside a job */

/*
 * Warning number n (warn_no "T<n>") about resident `about` of the list; from t->residents on:
 * somebody who is not listed. `fraud` tells one run of fraud from another. Free with
 * record_free().
 */
struct warning_record *town_warning(
	const struct town *t, int64_t n, int64_t about, int fraud, enum level level);

/*
 * What must be true of every database between two batches, whatever has happened: NULL, or
 * the rule that is broken. Every warning has its case and its event, every case its events, its
 * tasks or its gap, every task its event, its code and its message, every open case a timer,
 * every message that has left the queue the event of its claim.
 */
const char *town_broken_rule(struct store *s);
/* The same of warning "T<n>" alone: absent, half, whole as enum power_there says it. */
int town_warning_there(struct store *s, int64_t n);

#endif
