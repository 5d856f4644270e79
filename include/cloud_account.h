/*
 * cloud_account.h - one channel's keys, checked; and the hands that every provider needs.
 *
 * A provider names its keys in a table and reads them by the index: a->text[SECRET]. The keys
 * that every cloud has stand behind them in cloud_common[]; the channel itself owns those marked
 * there (cloud_channel.c reads them from the settings). Internal to channel/cloud.
 */
#ifndef QUANZU_CLOUD_ACCOUNT_H
#define QUANZU_CLOUD_ACCOUNT_H

#include "cloud.h"
#include "cloud_template.h"
#include "sign.h"

enum { CLOUD_KEYS = 40 };

struct cloud_account {
	const struct cloud_provider *provider;
	char *text[CLOUD_KEYS];          /* by the provider's index; "" where nothing is written */
	int64_t number[CLOUD_KEYS];      /* of numbers and flags */
	const json_t *group[CLOUD_KEYS]; /* borrowed from `own` */
	json_t *own;
	struct cloud_templates sms, voice;
	bool does_sms, does_voice;
	void *more; /* the provider's own */
};

/* Checks set->own against p->keys and cloud_common. NULL: *wrong says why. */
struct cloud_account *cloud_account_open(const struct cloud_provider *p,
	const struct channel_settings *set, struct cloud_wrong *wrong);
void cloud_account_close(struct cloud_account *a); /* wipes; `more` is the provider's */
struct cloud_account *cloud_account_wrong(
	struct cloud_account *a, struct cloud_wrong *wrong, const char *key, const char *text);

/* -- unfit -------------------------------------------------------------------------------------------- */

/* Kind of message and of number, and with `registered` its template. NULL: it fits. */
const char *cloud_unfit(const struct cloud_account *a, const struct outgoing *m, bool registered);
/* The same, and at most 500 characters of text. */
const char *cloud_unfit_text(const struct cloud_account *a, const struct outgoing *m);
const char *cloud_unfit_registered(const struct cloud_account *a, const struct outgoing *m);
const struct cloud_template *cloud_template_for(
	const struct cloud_account *a, const struct outgoing *m);

/*
 * For the start: the texts of ours that this channel can never carry (their keys, a blank between)
 * and those it can whose wording no provider approves, one line each in plain Chinese; nothing
 * when all is well. How many texts it can carry is returned.
 */
int cloud_account_check(
	const struct cloud_account *a, const struct templates *ours, struct buf *out);

/* -- verdicts ------------------------------------------------------------------------------------------- */

enum { CODE_CLOCK = 1, CODE_NUMBER = 2, CODE_HOUR = 4, CODE_DAY = 8 };

struct cloud_code {       /* a table ends with a row of NULL */
	const char *code; /* with a * at its end: whatever begins so */
	enum cloud_class class_;
	/* CODE_CLOCK; of a CLOUD_RATE: CODE_NUMBER (of this number alone), how long (else a minute) */
	int flags;
};

/* The first row that fits, letters in any case. NULL: none. */
const struct cloud_code *cloud_code_find(const struct cloud_code *table, const char *code);
void cloud_verdict_set(
	struct cloud_verdict *v, enum cloud_class c, const char *code, const char *words);
/* By the table; an unknown code is CLOUD_RETRY and `unknown`. */
void cloud_verdict_code(struct cloud_verdict *v, const struct cloud_code *table, const char *code,
	const char *words);
/*
 * What HTTP alone says: a redirect or a page of HTML is CLOUD_CONFIG, 401 and 403 too, 429
 * CLOUD_RATE, 5xx CLOUD_RETRY, 504 CLOUD_UNKNOWN. True: that is all, *v is set. A status of 4xx
 * with a body that may hold the provider's own code is left to the caller.
 */
bool cloud_verdict_http(struct cloud_verdict *v, const struct cloud_answer *in);
/* The body is not what this provider sends: of 200 nobody can know, of others try again. */
void cloud_verdict_unreadable(struct cloud_verdict *v, const struct cloud_answer *in);
/* The body as JSON, new; NULL: it is none. */
json_t *cloud_json(const char *body, size_t len);
char *cloud_json_dump(json_t *v); /* compact; takes the reference; free() */
/* A value as text: strings, numbers, flags, in `out`; "" otherwise. Returns out. */
const char *cloud_value_text(const json_t *v, char *out, size_t n);
const char *cloud_json_text(const json_t *o, const char *key, char *out, size_t n);

/* What carriers call it in receipts: DELIVRD, UNDELIV, DB:0101 ...; an unknown one is CLOUD_OTHER. */
enum cloud_class cloud_carrier_class(const char *code);

/* -- events ----------------------------------------------------------------------------------------------- */

/* Cut at a character border; bytes that are no UTF-8 are left out. The two may not overlap. */
void cloud_copy(char *out, size_t n, const char *text);
#define CLOUD_COPY(field, text) cloud_copy(field, sizeof(field), text)
/* A report of what became of it: outcome by class (CLOUD_OK delivered), code, time of Beijing. */
struct cloud_event *cloud_event_report(struct cloud_events *e, const char *id, const char *own_ref,
	const char *number, enum cloud_class c, const char *code, const char *time);
void cloud_event_pending(struct cloud_event *e);
/* "2" and "3": the second of three parts; anything else, or one of one: of the whole. */
void cloud_event_part(struct cloud_event *e, const char *part, const char *parts);
struct cloud_event *cloud_event_reply(struct cloud_events *e, const char *id, const char *number,
	const char *text, const char *time);
/* The keys that were pressed in a call, one event each; nothing when there are none. */
void cloud_event_keys(struct cloud_events *e, const char *id, const char *own_ref,
	const char *number, const char *keys, const char *time);

/* -- requests and callbacks --------------------------------------------------------------------------------- */

/* What curl sends as Host: what stands between :// and the path, without the usual port. */
const char *cloud_host(const char *url, char *out, size_t n);
/* Body of a form in that charset, with its header. */
void cloud_request_form(struct cloud_request *r, const struct sign_pairs *p, const char *charset);
/* Body of JSON, with its header; takes the reference. */
void cloud_request_json(struct cloud_request *r, json_t *body, const char *content_type);
void cloud_hook_say(
	struct channel_hook_answer *a, int status, const char *content_type, const char *body);

#endif
