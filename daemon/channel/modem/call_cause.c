#include "call_cause.h"

#include <string.h>
#include <strings.h>

#include "banned.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct {
	const char *words;
	int cause;
} worded[] = {
	{ "unassigned", 1 },
	{ "unallocated", 1 },
	{ "barred", 8 },
	{ "user busy", 17 },
	{ "no user responding", 18 },
	{ "no answer", 19 },
	{ "alerting", 19 },
	{ "absent", 20 },
	{ "rejected", 21 },
	{ "out of order", 27 },
	{ "invalid number", 28 },
	{ "no circuit", 34 },
	{ "temporary failure", 41 },
	{ "congestion", 42 },
	{ "not subscribed", 50 },
	{ "normal, unspecified", 31 },
	{ "normal unspecified", 31 },
	{ "normal call clearing", 16 },
	{ "normal clearing", 16 },
};

/* A number alone, or the location and then the cause; else words. */
int call_cause_of(const char *line, const struct at_fields *f)
{
	int first = at_number(f, 0), second = at_number(f, 1);

	if (second > 0 && second < 128)
		return second;
	if (first > 0 && first < 128 && (f->n == 1 || f->f[1].quoted))
		return first;
	for (size_t i = 0; i < COUNT(worded); i++)
		if (strcasestr(line, worded[i].words) != NULL)
			return worded[i].cause;
	return AT_NONE;
}

static const struct {
	int first, last;
	enum modem_call_end end;
	enum atcode_class class;
} causes[] = {
	{ 1, 1, MODEM_CALL_FAILED, ATCODE_NUMBER },
	{ 8, 8, MODEM_CALL_FAILED, ATCODE_CARD },
	{ 17, 17, MODEM_CALL_BUSY, ATCODE_PASSING },
	{ 18, 20, MODEM_CALL_NO_ANSWER, ATCODE_PASSING },
	{ 21, 21, MODEM_CALL_BUSY, ATCODE_PASSING }, /* turned away */
	{ 22, 22, MODEM_CALL_FAILED, ATCODE_NUMBER },
	{ 27, 27, MODEM_CALL_NO_ANSWER, ATCODE_PASSING },
	{ 28, 28, MODEM_CALL_FAILED, ATCODE_NUMBER },
	{ 31, 31, MODEM_CALL_NO_ANSWER, ATCODE_PASSING },
	{ 34, 34, MODEM_CALL_FAILED, ATCODE_CARD },
	{ 38, 38, MODEM_CALL_FAILED, ATCODE_CARD },
	{ 41, 42, MODEM_CALL_FAILED, ATCODE_CARD },
	{ 47, 47, MODEM_CALL_FAILED, ATCODE_CARD },
	{ 50, 50, MODEM_CALL_FAILED, ATCODE_CARD },
	{ 57, 57, MODEM_CALL_FAILED, ATCODE_CARD },
	{ 63, 63, MODEM_CALL_FAILED, ATCODE_CARD },
};

enum modem_call_end call_cause_end(int cause, bool alerted, enum atcode_class *class)
{
	*class = ATCODE_PASSING;
	for (size_t i = 0; i < COUNT(causes); i++)
		if (cause >= causes[i].first && cause <= causes[i].last) {
			*class = causes[i].class;
			return causes[i].end;
		}
	return alerted ? MODEM_CALL_NO_ANSWER : MODEM_CALL_FAILED;
}
