/* generic.h - between the files of the generic HTTP adapter: keys, compiled settings. Internal. */
#ifndef QUANZU_GENERIC_H
#define QUANZU_GENERIC_H

#include <regex.h>

#include "cloud_account.h"
#include "cloud_form.h"

enum generic_key {
	GEN_URL,
	GEN_METHOD,
	GEN_TYPE,
	GEN_HEADERS,
	GEN_BODY,
	GEN_CHARSET,
	GEN_ACCOUNT,
	GEN_PASSWORD,
	GEN_SECRET,
	GEN_VALUES,
	GEN_SIGN,
	GEN_KEEP_SIGN,
	GEN_SIGN_EXPR,
	GEN_TS,
	GEN_ZONE,
	GEN_NONCE,
	GEN_TO,
	GEN_CHARS,
	GEN_SUCCESS,
	GEN_ID_PATH,
	GEN_ID_REGEX,
	GEN_CODE_PATH,
	GEN_CODE_REGEX,
	GEN_WORDS_PATH,
	GEN_ERRORS,
	GEN_DEFAULT,
	GEN_REPORT,
	GEN_REPLY,
	GEN_KEYS
};

enum { GEN_CODES = 200, GEN_WAYS = 2 }; /* reports, replies */

struct generic_regex {
	regex_t regex;
	bool set;
};

struct generic {
	struct generic_regex success, id, code;
	struct cloud_code *errors; /* ends with NULL; texts are those of the account */
	bool registered;           /* the request names a {template} */
};

/* One request's values; texts are kept until the request is made. */
struct generic_values {
	const struct cloud_account *a;
	const struct cloud_moment *moment;
	const char *template_code, *params, *params_object, *out_id;
	char to[20], ts[64], nonce[33];
	struct buf text, sig, body;
};

/* m NULL: a request about no message (a poll, a check). */
void generic_values_init(struct generic_values *v, const struct cloud_account *a,
	const struct outgoing *m, const struct cloud_moment *t);
void generic_values_free(struct generic_values *v);
/*
 * The request by its parts; NULL, or plain Chinese what is wrong with the texts (in `wrong`), and
 * then the request is freed.
 */
const char *generic_request(struct generic_values *v, const char *url, const char *method,
	const char *body, struct cloud_request *out, char *wrong, size_t n);

/* The decoded answer or callback. */
void generic_decode(const struct cloud_account *a, const char *body, size_t len, struct buf *out);

/* Is what stands in `report` or `reply` sound? NULL, or plain Chinese why not. */
const char *generic_map_check(
	const struct cloud_account *a, enum generic_key way, char *wrong, size_t n);
enum cloud_hook_rc generic_hook(const struct cloud_account *a, const struct channel_hook *h,
	struct cloud_events *out, struct channel_hook_answer *answer);
bool generic_poll(struct cloud_account *a, int which, const struct cloud_moment *t,
	struct cloud_request *out);
enum cloud_polled generic_polled(struct cloud_account *a, int which, const struct cloud_answer *in,
	struct cloud_events *out, struct cloud_verdict *v);
bool generic_only(const json_t *group, const char *words, char *wrong, size_t n);

#endif
