/*
 * quota.h - how many parts may go by one channel in a minute, an hour, a day, a month. Pure.
 *
 * Sliding windows of 24 slots and the running one: no stretch of a window's length ever holds
 * more than its limit, wherever it begins. The last fifth of each limit is kept for the urgent
 * class; when all of it is used the urgent class has a tenth (at least one part) of its own.
 *
 * A struct quota of zeros is empty. A clock that was set back counts for the newest slot known.
 */
#ifndef QUANZU_QUOTA_H
#define QUANZU_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum quota_span { QUOTA_MINUTE, QUOTA_HOUR, QUOTA_DAY, QUOTA_MONTH, QUOTA_SPANS };
enum { QUOTA_SLOTS = 25, QUOTA_TEXT = 1400 };

struct quota_limits {
	int parts[QUOTA_SPANS]; /* 0: no limit, and nothing is counted */
};

struct quota {
	struct quota_window {
		int64_t slot;          /* the newest, counted from 1970 */
		int used[QUOTA_SLOTS]; /* by slot modulo QUOTA_SLOTS */
	} span[QUOTA_SPANS];
};

struct quota_answer {
	int64_t until_ms; /* 0: now */
	enum quota_span span;
};

bool quota_any(const struct quota_limits *l); /* is there anything to count? */
void quota_add(struct quota *q, const struct quota_limits *l, int64_t now_ms, int parts);
/*
 * When may so many parts go? `ahead`: parts of others that wait before them. What is larger than
 * a whole limit may go when the window is empty.
 */
struct quota_answer quota_ask(const struct quota *q, const struct quota_limits *l, int64_t now_ms,
	int parts, int ahead, bool urgent);
int quota_used(const struct quota *q, enum quota_span span, int64_t now_ms);
/* Of the fullest window, in thousandths of its limit; 0 without limits. */
int quota_fill(const struct quota *q, const struct quota_limits *l, int64_t now_ms);

const char *quota_span_code(enum quota_span span); /* minute */
const char *quota_span_name(enum quota_span span); /* 每分钟 */
/* To keep it in a row, and back; false: no such text, *q is empty then. */
void quota_text(const struct quota *q, char out[QUOTA_TEXT]);
bool quota_of_text(const char *text, struct quota *q);

/* -- one number, one template --------------------------------------------------------------- */

enum { RATE_RULES = 6, RATE_TIMES = 64 };

struct rate_rule { /* at most `count` in any `span_ms`; count 1 .. RATE_TIMES */
	int count;
	int64_t span_ms;
};
struct rate_rules {
	struct rate_rule at[RATE_RULES];
	int count; /* 0: no limit */
};
struct rate_times { /* when it last happened, a ring; zeros: never */
	int64_t at[RATE_TIMES];
	unsigned next;
};

void rate_add(struct rate_times *t, int64_t at_ms);
/* When it may happen again; 0: now. */
int64_t rate_ask(const struct rate_times *t, const struct rate_rules *r, int64_t now_ms);
int64_t rate_last(const struct rate_times *t);
int64_t rate_longest(const struct rate_rules *r); /* the longest span; 0: no rules */

#endif
