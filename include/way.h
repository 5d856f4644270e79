/*
 * way.h - which channel a message goes by, in which order the others come, and why. Pure.
 *
 * A channel is laid out as it stands now (struct way_channel), a message as it is (struct
 * way_message); way_find() gives each channel its place: those that may take it now in their
 * order, then those that may later, then those that never will. The order: what has shown no
 * trouble, then the `prefer` of the office, the cost, how much of the limit is used, the order
 * of the configuration. Two with the same trouble, preference and cost are equally good.
 *
 * Law: no publicity through a card. An urgent message that finds no other way also goes by a
 * channel whose breaker is open; by a suspect card also what asks somebody or tells leaders and police,
 * and nothing else (notices, messages written by hand) until its suspicion is over.
 */
#ifndef QUANZU_WAY_H
#define QUANZU_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum way_purpose {          /* bits */
	WAY_TASK = 1,       /* asks somebody, and what belongs to it: details, reminders, answers */
	WAY_URGENT = 2,     /* any message of the class urgent */
	WAY_ESCALATION = 4, /* told to leaders, centre, police; alarms */
	WAY_NOTICE = 8,     /* taken, withdrawn */
	WAY_PUBLICITY = 16, /* never by a card */
	WAY_SYSTEM = 32,    /* tests, messages written by hand */
	WAY_ALL = 63
};

enum way_carrier { WAY_MOBILE = 1, WAY_UNICOM = 2, WAY_TELECOM = 4, WAY_BROADNET = 8 }; /* bits */

enum way_number_kind { WAY_NUMBER_MOBILE, WAY_NUMBER_LANDLINE, WAY_NUMBER_OTHER };
struct way_number {
	enum way_number_kind kind;
	unsigned carrier; /* one bit by its prefix (numbers may have moved since); 0 unknown */
};

struct way_rules {            /* of the configuration; zeros mean what an empty file means */
	unsigned purposes;    /* bits; 0 all */
	unsigned carriers;    /* bits; 0 all */
	int cost_fen;         /* per part, or per call */
	int prefer;           /* 1 first .. 99 last; 0: 50 */
	int from_min, to_min; /* minutes of the local day; equal: always */
};

enum way_tried { WAY_NOT_TRIED, WAY_TRIED_UNSURE, WAY_TRIED_WAIT, WAY_TRIED_NEVER };

struct way_channel {
	const char *name;
	bool sms, voice, card;
	struct way_rules rules;
	bool up, free;           /* free: would take one at this moment */
	bool paused, stopped;    /* by a person; until one acts */
	const char *down_why;    /* plain Chinese; NULL: 通道不通 */
	bool trying;             /* after a break: the next one is the trial */
	int64_t open_until_ms;   /* breaker; 0 closed */
	bool suspect;            /* a card that seems to be blocked */
	int64_t limit_until_ms;  /* 0: below its limits */
	const char *limit_name;  /* 每小时 */
	int64_t number_until_ms; /* this number has had its share here; 0: not */
	const char *unfit;       /* plain Chinese why it never takes this text; NULL */
	int fill;                /* thousandths of its limits */
	enum way_tried tried;    /* this message, by this channel */
	int64_t tried_until_ms;  /* with WAY_TRIED_WAIT */
};

struct way_message {
	bool call, urgent;
	unsigned purpose; /* one bit, beside WAY_URGENT which `urgent` says */
	struct way_number number;
	int64_t now_ms;
	int minute; /* of the local day */
};

enum way_when { WAY_NOW, WAY_LATER, WAY_NEVER };

struct way_place {
	int channel; /* index */
	enum way_when when;
	int trouble;      /* 0 none; more is worse */
	int64_t until_ms; /* WAY_LATER: not before; 0 nobody knows */
	char why[96];     /* plain Chinese, only by way_explain() */
};

/* Places for all `n` channels, in order. Returns how many may take it now. */
int way_find(
	const struct way_message *m, const struct way_channel *c, int n, struct way_place *out);
/* The same with a reason for each place. */
int way_explain(
	const struct way_message *m, const struct way_channel *c, int n, struct way_place *out);
/* Is `a` as good a place as `b`, but for the order of the configuration and how much is used? */
bool way_as_good(const struct way_channel *c, const struct way_place *a, const struct way_place *b);

enum { WAY_UNTIL = 40 };
/* 14:05, on another day 3月6日14:05. */
const char *way_until(int64_t until_ms, int64_t now_ms, char out[WAY_UNTIL]);
struct way_number way_number(const char *number);
unsigned way_purpose_of_code(const char *code); /* "task" ...; 0 unknown */
const char *way_purpose_code(unsigned one_bit);
const char *way_purpose_name(unsigned one_bit); /* 任务 */
/* Of a message of the outbox: its purpose and class as stored. */
unsigned way_purpose_of_message(const char *purpose, const char *class_);
unsigned way_carrier_of_name(const char *name); /* 移动, mobile, 中国移动; 0 unknown */
const char *way_carrier_name(unsigned one_bit);

#endif
