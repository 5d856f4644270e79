/*
 * template.h - every text that goes to a phone is a template: data, not code.
 *
 * "{code}号·{word}:{name},{area},疑{type}。接单回{accept},不能去回{decline}"
 * Placeholders are replaced once; a value is never parsed again, is cut to its maximum and
 * loses control, direction and line characters, and 【】 in it become (). The signature 【...】
 * is put in front here, once.
 *
 * The values, and what the caller puts there:
 *   case       number of the case, as people say it on the telephone
 *   code       the task's code on this phone: 17
 *   word       of the level: 急
 *   name       of the resident, masked: 王*; in every text about a minor 未成年人
 *   area       village and group: 李庄3组
 *   type       kind of fraud, a short word: 冒充客服; 诈骗 when it is not known
 *   type_no    the same as a number that filters let pass: 类型04
 *   sex, age   女, 50余岁
 *   accept decline met done lost unreached wrong police mistaken pass
 *              the code with the digit 1 0 2 3 4 5 6 7 8 9: 171, 170 ...; where no task is
 *              open an example such as 171
 *   answer     the one string that would be right now: 173
 *   answers    several: 171或181
 *   list       tasks of this phone: 17:王* 18:赵*
 *   count      how many they are
 *   more       echo only: further things done, each with 、 in front: 、18号赵* 不能去
 *   phone      of the resident; TPL_DETAIL alone, as the law wants it
 *   address    the door; TPL_DETAIL alone
 *   who        a member, masked: 李*
 *   what       签收, 联系, 见面, 反馈
 *   action     what was understood or done: 接单, 已劝住, 已转账
 *   amount     only what this sender has just written: 35000元
 *   time, date 14:20 (other days 3月6日14:20), 3月6日
 *   limit      how long there is: 30分钟
 *   waited     how long it took or is late: 12分钟
 *   step       of a revisit: 24小时, 3天
 *   text       the alarm itself, in plain words without personal data
 *   level      name of the level: 紧急高危
 *   code_said  the code as it is read out digit by digit: 1 7
 *   name_said  of the resident as it is spoken: 王某
 *   centre, centre_phone
 *
 * Which template knows which of them is a table: the number and the door can stand nowhere
 * but in the detail text, whatever the configuration says.
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
	TPL_UNKNOWN_NONE, /* a code that is not known, from a phone without open tasks */
	/* From here on spoken: without the signature. */
	TPL_CALL,          /* asks like the alert: 1, 0, 7 */
	TPL_CALL_HANDOVER, /* to the police contact: money has gone */
	TPL_CALL_TOLD,     /* as TPL_TOLD */
	TPL_CALL_RESIDENT, /* the warning itself; no link, no question for data, nobody else's name */
	TPL_CALL_TAKEN,    /* after 1 was pressed */
	TPL_CALL_DONE,     /* after 0 or 7 */
	TPL_CALL_BY_SMS,   /* any other key: results go by SMS */
	TPL_COUNT
};

enum { TEMPLATE_MAX = 400, TEMPLATE_VALUES = 24, TEMPLATE_VALUE_MAX = 120, TEMPLATE_KINDS = 48 };

struct templates {
	char signature[48];   /* without 【】 */
	char repeat_mark[24]; /* 重发 */
	char drill_mark[24];  /* 【演练】 */
	char text[TPL_COUNT][TEMPLATE_MAX];
};

void templates_default(struct templates *t);
const char *template_key(enum template_name name); /* "alert", the key in the configuration */
int template_of_key(const char *key);              /* -1 */
/*
 * True when every placeholder is one that this template knows. Otherwise `wrong` (may be NULL)
 * gets the first that is not, cut at n: its name, or what stands behind a brace that ends nowhere.
 */
bool template_check(enum template_name name, const char *text, char *wrong, size_t n);
/* A placeholder that this template cannot do without (an alert without its answers), or NULL. */
const char *template_missing(enum template_name name, const char *text);
/* Length in UTF-16 units with signature and ordinary values: at most 70 goes in one SMS. */
size_t template_units(const struct templates *t, enum template_name name);
bool template_is_spoken(enum template_name name);

/* Starts as { .count = 0 }. */
struct template_values {
	struct {
		const char *key; /* of the table, static */
		char value[TEMPLATE_VALUE_MAX];
	} at[TEMPLATE_VALUES];
	int count;
	unsigned char place[TEMPLATE_KINDS]; /* of each key in `at`, from 1; 0 it has no value */
	bool drill, repeat;                  /* the marks go in front: 【演练】, 重发 */
};

/*
 * The key must be one of the list above (asserted); a second value replaces the first. The
 * value is cleaned and cut here; NULL is "".
 */
void template_put(struct template_values *v, const char *key, const char *value);
void template_putf(struct template_values *v, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * The whole SMS with its signature; a spoken text has none. A placeholder without a value becomes nothing. Cut at n,
 * at a character border.
 */
void template_fill(const struct templates *t, enum template_name name,
	const struct template_values *v, char *out, size_t n);
/* The same SMS again, as made by template_fill(): the repeat mark behind the signature, once. */
void template_repeat(const struct templates *t, const char *text, char *out, size_t n);

#endif
