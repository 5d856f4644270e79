/*
 * scenario_room.h - what the files of the scenario runner share; nobody else includes it.
 *
 *   scenario.c         the gateway's loop without threads, the file line by line
 *   scenario_people.c  who there is and by what rules (member, resident, duty, policy ...)
 *   scenario_channels.c  several channels, and what goes wrong with them
 *   scenario_words.c   what happens (warning, says, order, network, clock ...)
 *   scenario_calls.c   phones that ring: who picks up and which key he presses
 *   scenario_expect.c  what must have come of it (expect ...)
 *   scenario_check.c   what must be true after every line, whatever the line was
 */
#ifndef QUANZU_SCENARIO_ROOM_H
#define QUANZU_SCENARIO_ROOM_H

#include <jansson.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "desk.h"
#include "helper_store.h"
#include "settings.h"

enum {
	LINE_SIZE = 2048,
	PHONES = 64,
	TEXTS = 2000,
	CALLS = 200,
	SECRETS = 200,
	CHANNEL_MR = 256,
	PLAY_CHANNELS = 8,
	PHONE_SIZE = 32,
	CODE_SIZE = 8
};

struct heard { /* one SMS that a phone received */
	char to[PHONE_SIZE], text[2048], purpose[16], channel[32];
	int64_t at, case_id;
	bool seen;    /* an expectation has taken it */
	bool checked; /* the rules for texts have been applied */
};

struct call { /* one call that a phone received */
	int64_t id;
	char to[PHONE_SIZE], text[2048];
	bool seen;
};

struct ringing { /* what happens when that phone rings */
	char at[PHONE_SIZE], how[16];
	char known[16]; /* what a provider says of it when it is asked; "" nothing */
};

struct numbers { /* a list of phones */
	char at[PHONES][PHONE_SIZE];
	int count;
};

struct play_channel {
	bool down, busy, suspect;
	int fault,
		times; /* what it says to the next ones: a row of scenario_channels.c, 0 none; -1 all */
};

struct play {
	struct temp_store t;
	struct desk *desk;
	struct settings set;
	struct heard *heard;
	int heard_count, mr;
	struct call *call;
	int call_count;
	char said[512]; /* of the last call with a key */
	struct ringing ringing[PHONES];
	int ringing_count;
	int asked; /* questions to a provider so far */
	struct numbers silent, refusing, undelivered, talking_back;
	struct play_channel channel[PLAY_CHANNELS];
	bool channel_down, slow, no_reports;
	struct outgoing waiting; /* slow: what the modem holds */
	bool is_waiting;
	char secret[SECRETS][64]; /* names and numbers that no text but the details may hold */
	int secret_count;
	int64_t fingerprint;
	bool restarts;
	const char *file;
	int line;
	char *why;
	int why_size;
	jmp_buf failed;
};

/* Gives up: file and line, the words, back to scenario_play(). */
_Noreturn void play_fail(struct play *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* -- scenario.c ------------------------------------------------------------------------------ */

void play_begin(struct play *p);  /* one job of the desk ... */
void play_finish(struct play *p); /* ... committed */
void play_pump(struct play *p);   /* everything that waits goes out, as a quick modem takes it */
void play_tick(struct play *p);
void play_advance(struct play *p, int64_t ms);
void play_restart(struct play *p, int64_t off_ms); /* the gateway is off for so long */
void play_line(struct play *p, char *line);
void play_answer_waiting(struct play *p); /* the slow network takes what the modem holds */
void play_receive(struct play *p, const struct incoming *in);

/* -- words of a line --------------------------------------------------------------------------- */

char *play_word(
	char **at); /* the next one; "quoted text" and key="quoted" count as one; NULL end */
const char *play_need(struct play *p, char **at, const char *what);
json_t *play_pairs(struct play *p, char **at); /* key=value words as an object; new reference */
const char *play_get(const json_t *o, const char *key);
int64_t play_span_ms(struct play *p, const char *text); /* 90s, 5m, 2h, 3d */

/* -- scenario_words.c ---------------------------------------------------------------------------- */

/* True: the word begins such a line, and it has been done. */
bool play_happens(struct play *p, const char *word, char *at);
/* {code}: the newest code of that phone; {code:words}: of the SMS that holds these words. */
void play_fill(struct play *p, const char *phone, const char *text, char *out, size_t n);
void play_write(struct play *p, const char *from, const char *text, int64_t age_ms);
size_t play_units(const char *text, uint16_t *units, size_t room);
void play_fingerprint(struct play *p, struct incoming *in);

/* -- scenario_calls.c ----------------------------------------------------------------------------- */

void play_calls(struct play *p, char *at);    /* calls on, off, cloud */
void play_ring(struct play *p, char *at);     /* phone WHO busy, away, hears, 1 ... */
void play_provider(struct play *p, char *at); /* provider WHO delivered, failed: of the last call */
void play_press(struct play *p, char *at);    /* press WHO 1: in the last call */
void play_questions(struct play *p);          /* in a job: those that are due are answered */
void play_expect_calls(struct play *p, char *at);
void play_expect_asked(struct play *p, char *at);
bool play_place_call(struct play *p); /* the next that waits; false: none */
void play_expect_call(struct play *p, char *at, bool wanted);
void play_expect_said(struct play *p, char *at);

/* -- scenario_channels.c ------------------------------------------------------------------------- */

void play_channel_line(struct play *p, char *at);
bool play_channel_network(struct play *p, const char *name, char *at); /* false: no such channel */
/* What goes wrong with the message that this channel has now; false: nothing. */
bool play_channel_fault(struct play *p, int channel, enum send_verdict *v, enum send_class *class_,
	const char **why);
void play_tell_channels(struct play *p);
void play_reopen(struct play *p); /* the settings have changed */

/* -- scenario_people.c --------------------------------------------------------------------------- */

bool play_is_there(struct play *p, const char *word, char *at);
int64_t play_need_member(struct play *p, const char *name);
int64_t play_member(struct play *p, const char *name, char phone[PHONE_SIZE]); /* 0: none */
void play_phone(struct play *p, const char *who, char phone[PHONE_SIZE]); /* a name or a number */

/* -- scenario_expect.c, scenario_check.c ------------------------------------------------------------ */

void play_expect(struct play *p, char *at);
void play_compare(struct play *p, const char *what, const char *there, const char *wanted);
void play_check(struct play *p);     /* after every line */
void play_check_end(struct play *p); /* after the last: audit and chain */
void play_secret(struct play *p, const char *text);

#endif
