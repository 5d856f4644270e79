/*
 * driver_room.h - what the files of the driver call of each other. Nobody else includes it.
 *
 * driver.c: calls from outside, the command in flight. driver_timer.c: what a time that is over
 * means. driver_heard.c: what the engine tells. driver_cure.c: resync, the ladder.
 * driver_start.c, driver_card.c, driver_settings.c: the table of steps (driver_step.h).
 * driver_send.c: one message. driver_inbox.c: reading, committing, deleting, acknowledging.
 * driver_watch.c: network, signal, storage, card. driver_profile.c: the makers.
 * driver_ussd.c: one question to the network. driver_heat.c: the temperature.
 * driver_call.c, driver_speech.c, driver_ear.c: one call (driver_call.h).
 */
#ifndef QUANZU_DRIVER_ROOM_H
#define QUANZU_DRIVER_ROOM_H

#include "driver.h"

/* driver.c */
void driver_enter(struct driver *d, int64_t now); /* every call from outside is between these */
void driver_leave(struct driver *d);
bool driver_run(
	struct driver *d, const struct driver_op *op, const char *text); /* false: not idle */
bool driver_run_data(struct driver *d, const struct driver_op *op, const char *text);
/* The command in flight has ended; `final` is NULL without an answer. */
void driver_finish(struct driver *d, enum driver_end end, const struct at_event *final);
void driver_alarm(struct driver *d, enum modem_alarm a, bool on);
/* Whatever is under way ends; the phase changes first. */
void driver_break(struct driver *d, enum driver_phase to);
void driver_restart(struct driver *d); /* section 5 again, from the drain */
void driver_stop(struct driver *d, enum modem_alarm a, int64_t again_ms); /* people must help */
void driver_limit(struct driver *d, int64_t ms); /* another limit for the command in flight */

/* driver_timer.c */
void driver_after(struct driver *d, enum driver_timer t, int64_t ms);
void driver_cancel(struct driver *d, enum driver_timer t);

/* driver_heard.c */
void driver_listen(struct driver *d); /* a fresh engine, whose events come to the driver */

/* driver_cure.c */
void cure_silence(
	struct driver *d, bool escape, bool blind); /* the command in flight fell silent */
void cure_probe(struct driver *d);    /* the line is quiet, or a probe was not answered */
void cure_resynced(struct driver *d); /* the newest probe was answered */
void driver_ladder(struct driver *d); /* the next stronger means */
void cure_back(struct driver *d);     /* the time of a reset, or out of service, is over */
void cure_reopen(struct driver *d, int64_t in_ms);
bool cure_away(struct driver *d); /* there is no port. True: it has taken care of that */

/* driver_start.c, driver_settings.c, driver_profile.c */
void start_begin(struct driver *d, bool quick); /* quick: only the settings for messages */
bool start_next(struct driver *d);
bool start_notice_stands(const struct driver *d, const struct at_event *e); /* +CNMI: as was set */
void start_hint(struct driver *d, enum at_part part); /* a start line came: do not wait */
const struct driver_profile *profile_of(const char *maker, const char *model);
const struct driver_profile *profile_named(const char *name);      /* NULL: no such */
void profile_copy(char *out, size_t max, const char *s, size_t n); /* printable, cut */

/* driver_send.c */
bool send_next(struct driver *d);
bool send_is_number(const char *s); /* +?[0-9]{3,15}: nothing else gets near a command */
void send_prompt(struct driver *d);
void send_data(struct driver *d);
void send_late(struct driver *d, int mr);
void send_break(struct driver *d); /* the modem is gone: what was not written is NOT_SENT */

/* driver_inbox.c */
bool inbox_next(struct driver *d);
bool inbox_announced(struct driver *d);    /* while a call is up: what +CMTI told of */
bool inbox_urgent(const struct driver *d); /* before a send: acknowledgements, a full store */
void inbox_handed(struct driver *d, const struct at_event *e); /* +CMT, +CDS */
void inbox_lost(struct driver *d, const struct at_event *e);   /* a header without its PDU */
void inbox_notice(struct driver *d, const struct at_event *e); /* +CMTI, +CDSI */
void inbox_sweep(struct driver *d, bool all_stores);
void inbox_forget_places(struct driver *d); /* after resync and reset indexes are worth nothing */
void inbox_init(struct driver *d);

/* driver_call.c */
bool call_is_up(const struct driver *d);    /* nothing but the call's own commands may be written */
bool call_may_read(const struct driver *d); /* an announced SMS: somebody may be taking the task */
bool call_next(struct driver *d);
void call_timer(struct driver *d, enum driver_timer t);
void call_break(struct driver *d); /* the modem is gone: the call is booked with what is known */
void call_alerting(struct driver *d);
void call_answered(struct driver *d);
void call_gone(struct driver *d, enum at_result why); /* AT_OK: no word told why */
void call_spoken(struct driver *d); /* what was to be said is said, or cannot be */
void call_pressed(struct driver *d, const struct modem_call_key *key);
void call_clash(struct driver *d);
bool call_hears_keys(const struct driver *d); /* does a key count now? */

/* driver_speech.c */
void speech_begin(struct driver *d, const char *text, const struct modem_sound *s, bool whole);
bool speech_next(struct driver *d);    /* its next command, if one is wanted */
void speech_ended(struct driver *d);   /* a line, the host or the clock says so */
bool speech_is_echo(struct driver *d); /* an end line that belongs to what was stopped */
void speech_off(struct driver *d);     /* the call is over */
enum speech_way speech_way_of(const struct driver *d, bool sound);
const char *speech_way_name(enum speech_way w);

/* driver_ear.c */
void voice_begin(struct driver *d); /* the modem has started: learn what it can */
bool voice_next(struct driver *d);
void call_heard(struct driver *d, const struct at_event *e); /* CALL, KEY, SPEECH */
bool call_urc(struct driver *d, const struct at_event *e);   /* true: it was about a call */
bool call_list(struct driver *d);                            /* asks */
bool ring_next(struct driver *d);
void ring_unnamed(struct driver *d); /* it rings and does not say who */

/* driver_watch.c */
void watch_ask(struct driver *d); /* where are we registered? soon */
bool watch_next(struct driver *d);
void watch_timer(struct driver *d, enum driver_timer t);
void watch_begin(struct driver *d);
void watch_urc(struct driver *d, const struct at_event *e);
void watch_storage(struct driver *d, int used, int total);
bool watch_sim(struct driver *d);              /* PHASE_STOPPED: asks for the card */
void watch_lost_network(struct driver *d);     /* a send said so: ask soon */
void watch_sent(struct driver *d, bool taken); /* a part was taken or refused by the network */

/* driver_ussd.c */
bool ussd_next(struct driver *d);
void ussd_urc(struct driver *d, const struct at_event *e); /* +CUSD */
void ussd_over(struct driver *d); /* the time is up, or the modem has gone */

/* driver_heat.c */
enum { HEAT_WAYS = 4 };
const char *heat_probe(int way);  /* asks whether the modem knows this way */
bool heat_next(struct driver *d); /* asks it */

#endif
