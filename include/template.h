/*
 * template.h - every text that goes to a phone is a template: data, not code.
 *
 * "{code}号·{word}:{name},{area},疑{type}。接单回{accept},不能去回{decline}"
 * Placeholders are replaced once; a value is never parsed again, is cut to its maximum and
 * loses control, direction and line characters. The signature 【...】 is put in front here.
 */
#ifndef QUANZU_TEMPLATE_H
#define QUANZU_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

enum template_name {
	TPL_ALERT,         /* stage 1, masked */
	TPL_ALERT_MINOR,   /* the same for somebody under 18 */
	TPL_DETAIL,        /* stage 2: the number and the door, to the one who accepted */
	TPL_DETAIL_PLEDGE, /* instead, when no confidentiality pledge is signed */
	TPL_TAKEN,         /* to the others: somebody else goes */
	TPL_WITHDRAWN,     /* no longer needed */
	TPL_LEVEL_UP,      /* repeat warning: to the one who is on it */
	TPL_TOLD,          /* escalation without a task: leader, centre, police */
	TPL_REMIND_CONTACT,
	TPL_REMIND_MEET,
	TPL_REMIND_FEEDBACK,
	TPL_OVERDUE, /* to leader and centre */
	TPL_RAISED,  /* duty desk: a doubtful but raising reply */
	TPL_ALARM,   /* duty desk: ladder ended, gap, channel */
	TPL_REVISIT,
	TPL_HANDOVER, /* to the police contact */
	TPL_HELP,
	TPL_WHICH,
	TPL_UNKNOWN,
	TPL_DIGITS,
	TPL_ACTION,
	TPL_CONFIRM,
	TPL_CONFIRM_RAISED,
	TPL_ECHO,
	TPL_ECHO_AMOUNT,
	TPL_LATE,
	TPL_HUMAN,
	TPL_LIST,
	TPL_LEAVE,
	TPL_BACK,
	TPL_STOP,
	TPL_COUNT
};

enum { TEMPLATE_MAX = 400, TEMPLATE_VALUES = 24, TEMPLATE_VALUE_MAX = 120 };

struct templates {
	char signature[48];   /* without 【】 */
	char repeat_mark[24]; /* 重发 */
	char drill_mark[24];  /* 【演练】 */
	char text[TPL_COUNT][TEMPLATE_MAX];
};

void templates_default(struct templates *t);
const char *template_key(enum template_name name); /* "alert", the key in the configuration */
int template_of_key(const char *key);              /* -1 */
/* The first placeholder that this template does not know, or NULL. `wrong` gets its name. */
bool template_check(enum template_name name, const char *text, char *wrong, size_t n);

struct template_values {
	struct {
		const char *key;
		char value[TEMPLATE_VALUE_MAX];
	} at[TEMPLATE_VALUES];
	int count;
};

void template_put(struct template_values *v, const char *key, const char *value);
void template_putf(struct template_values *v, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The whole SMS with its signature. A placeholder without a value becomes nothing. Cut at n. */
void template_fill(const struct templates *t, enum template_name name,
	const struct template_values *v, char *out, size_t n);

#endif
