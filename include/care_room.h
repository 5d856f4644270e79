/* care_room.h - what care.c, care_loop.c and care_json.c call of each other. Nobody else includes it. */
#ifndef QUANZU_CARE_ROOM_H
#define QUANZU_CARE_ROOM_H

#include "care.h"

/* care.c */
void care_changed(struct care *c);
void care_raise(struct care *c, enum care_alarm a, const char *text, bool on);
void care_suspect(struct care *c, int64_t now, const char *why);
void care_trial(struct care *c, int64_t now, bool good);
void care_count_day(struct care *c, int64_t now, int sent, int received);

/* care_loop.c */
void care_loop_late(struct care *c, int64_t now); /* ten minutes are over */
const char *care_loop_code(enum care_loop l);
enum care_loop care_loop_of(const char *code);

#endif
