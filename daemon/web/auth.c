#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "log.h"
#include "signature.h"
#include "web_room.h"

#include "banned.h"

enum { PREFIX = 8 };

/* One answer for an unknown key, a wrong signature and a missing header. */
static void refuse(struct web *w, struct request *rq, const char *presented)
{
	int64_t now = clock_mono_ms();
	char prefix[PREFIX + 1];
	bool by_address = throttle_take(w->throttle, 'a', rq->peer->address, now);
	bool by_key = true;

	snprintf(prefix, sizeof prefix, "%s", presented == NULL ? "" : presented);
	if (prefix[0] != '\0')
		by_key = throttle_take(w->throttle, 'k', prefix, now);
	metric_add(w->refused, 1);
	if (by_address && by_key) {
		log_info("http key refused address=%s", rq->peer->address);
		request_problem(rq, 401, "unauthorized", "密钥无效、已停用，或签名不对。");
		return;
	}
	request_problem(rq, 429, "too_many_failures", "密钥出错次数太多，请稍后再试。");
	request_header(rq, "Retry-After", "90");
}

static void admit(struct request *rq, const struct access *who)
{
	rq->who = *who;
	snprintf(rq->actor, sizeof rq->actor, "key:%s", who->name);
}

static void admit_local(struct request *rq)
{
	rq->who = (struct access){ .name = "local", .role = ROLE_ADMIN };
	snprintf(rq->actor, sizeof rq->actor, "cli");
}

/* What the same connection said before needs no new hash. */
static bool said_before(const struct web *w, const struct peer *p, const char *header)
{
	size_t n = strlen(header);

	return p->said_in == w->keys_no && n < sizeof p->said && n == strlen(p->said) &&
	       CRYPTO_memcmp(header, p->said, n) == 0;
}

static bool auth_bearer(struct web *w, struct request *rq)
{
	static const char scheme[] = "Bearer ";
	const char *header = rq->head.authorization, *key = header + sizeof scheme - 1;
	struct peer *p = rq->peer;
	const struct access *who = NULL;

	if (said_before(w, p, header)) {
		admit(rq, &p->who);
		return true;
	}
	if (strncasecmp(header, scheme, sizeof scheme - 1) != 0)
		key = "";
	if (strlen(key) < ACCESS_KEY)
		who = keyring_of_key(w->keys, key);
	if (who == NULL) {
		refuse(w, rq, key);
		return false;
	}
	admit(rq, who);
	if (strlen(header) < sizeof p->said) {
		snprintf(p->said, sizeof p->said, "%s", header);
		p->who = *who;
		p->said_in = w->keys_no;
	}
	return true;
}

bool auth_head(struct web *w, struct request *rq)
{
	const struct request_head *h = &rq->head;

	if (h->signature != NULL || h->key != NULL) {
		/* Whether the name is known shows only after the body: one way for all. */
		rq->is_signed = true;
		return true;
	}
	if (h->authorization != NULL)
		return auth_bearer(w, rq);
	if (rq->peer->local) {
		admit_local(rq);
		return true;
	}
	refuse(w, rq, NULL);
	return false;
}

bool auth_body(struct web *w, struct request *rq)
{
	static const struct access nobody = {
		.secret = "0000000000000000000000000000000000000000000000000000000000000000"
	};
	const struct request_head *h = &rq->head;
	const struct access *who;
	enum signature_rc rc = SIGNATURE_FORM;

	if (!rq->is_signed)
		return true;
	who = h->key == NULL ? NULL : keyring_of_name(w->keys, h->key);
	if (h->time != NULL && h->nonce != NULL && h->signature != NULL)
		rc = signature_check(who == NULL ? nobody.secret : who->secret,
			&(struct signature){ rq->method_text, rq->target, h->time, h->nonce,
				rq->body.data, rq->body.len },
			h->signature, clock_now_ms() / 1000);
	if (who == NULL || rc == SIGNATURE_FORM || rc == SIGNATURE_WRONG) {
		refuse(w, rq, h->key);
		return false;
	}
	if (rc == SIGNATURE_STALE) {
		request_problem(
			rq, 401, "stale", "签名时间与本机时间相差超过5分钟，请校准推送方的时钟。");
		return false;
	}
	admit(rq, who);
	return true;
}

bool auth_spend(struct request *rq, struct store *s)
{
	if (!rq->is_signed || rq->nonce_spent)
		return true;
	rq->nonce_spent = access_nonce(s, rq->who.id, rq->head.nonce);
	return rq->nonce_spent;
}

void auth_refuse_replay(struct request *rq)
{
	request_problem(rq, 401, "replayed", "这个签名已经用过，每次推送都要换一个新的随机数。");
}
