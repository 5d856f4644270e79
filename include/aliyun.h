/* aliyun.h - between the two files of Aliyun: its keys, its calls, its receipts. Internal. */
#ifndef QUANZU_ALIYUN_H
#define QUANZU_ALIYUN_H

#include "cloud_account.h"

enum aliyun_key {
	ALI_ID,
	ALI_SECRET,
	ALI_TOKEN,
	ALI_SIGN,
	ALI_SIGNATURE,
	ALI_EXTEND,
	ALI_SHOW,
	ALI_TIMES,
	ALI_VOLUME,
	ALI_SPEED,
	ALI_REPORTS,
	ALI_REPLIES,
	ALI_CALLS,
	ALI_ENDPOINT,
	ALI_VOICE_ENDPOINT,
	ALI_TOKEN_ENDPOINT,
	ALI_QUEUE_ENDPOINT,
	ALI_KEYS
};

enum { ALI_WAYS = 3 }; /* receipts, replies, calls */

struct aliyun_way { /* one queue of MNS */
	char id[96], secret[96], token[2048];
	int64_t until_ms;  /* of the token; 0 none */
	bool asked_token;  /* what the answer that comes is about */
	char handle[1024]; /* of what was read and is not deleted; "" none */
};

struct aliyun {
	struct aliyun_way way[ALI_WAYS];
};

extern const struct cloud_code aliyun_calls[];

/* A call of the API with its parameters, signed; `rpc` by HMAC-SHA1 whatever is configured. */
void aliyun_call(const struct cloud_account *a, const char *endpoint, const char *action,
	const struct sign_pairs *params, bool rpc, const struct cloud_moment *t,
	struct cloud_request *out);
/* {"Code", "Message"} of an answer: NULL and *v when it is not OK; else the JSON, new. */
json_t *aliyun_answer(const struct cloud_answer *in, struct cloud_verdict *v);

enum cloud_hook_rc aliyun_hook(const struct cloud_account *a, const struct channel_hook *h,
	struct cloud_events *out, struct channel_hook_answer *answer);
bool aliyun_poll(struct cloud_account *a, int which, const struct cloud_moment *t,
	struct cloud_request *out);
enum cloud_polled aliyun_polled(struct cloud_account *a, int which, const struct cloud_answer *in,
	struct cloud_events *out, struct cloud_verdict *v);
bool aliyun_confirm(struct cloud_account *a, int which, const struct cloud_moment *t,
	struct cloud_request *out);

#endif
