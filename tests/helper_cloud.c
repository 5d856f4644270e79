#include "helper_cloud.h"

#include <stdio.h>
#include <string.h>

#include "banned.h"

const struct cloud_moment cloud_moment = { CLOUD_NOW, "3156853299f313e23d1673dc12e1703d" };

struct cloud_account *cloud_test_open(const char *kind, const char *own, struct cloud_wrong *wrong)
{
	const struct cloud_provider *p = cloud_provider_of(kind);
	struct channel_settings set = { .sms = p->sms, .voice = p->voice };
	struct cloud_account *a;

	snprintf(set.kind, sizeof set.kind, "%s", kind);
	set.own = json_loads(own, 0, NULL);
	a = set.own == NULL ? NULL : p->open(&set, wrong);
	json_decref(set.own);
	return a;
}

void cloud_test_close(struct cloud_account *a)
{
	if (a != NULL)
		a->provider->close(a);
}

struct outgoing cloud_test_message(enum outgoing_kind kind, const char *to, const char *template,
	const char *values, const char *text)
{
	struct outgoing m = { .id = 1234567890123, .kind = kind };

	snprintf(m.own_ref, sizeof m.own_ref, "T20230919x0001");
	snprintf(m.to, sizeof m.to, "%s", to);
	snprintf(m.text, sizeof m.text, "%s", text == NULL ? "" : text);
	snprintf(m.template, sizeof m.template, "%s", template == NULL ? "" : template);
	snprintf(m.values, sizeof m.values, "%s", values == NULL ? "" : values);
	return m;
}

void cloud_test_request(const struct cloud_request *r, struct buf *out)
{
	buf_init(out, 1 << 20);
	buf_addf(out, "%s %s\n", r->method, buf_str(&r->url));
	for (int i = 0; i < r->header_count; i++)
		buf_addf(out, "%s: %s\n", r->header[i].name, buf_str(&r->header[i].value));
	buf_addf(out, "\n%s", buf_str(&r->body));
}

const char *cloud_class_name(enum cloud_class c)
{
	static const char *const names[] = { "OK", "RETRY", "RATE", "CONFIG", "MESSAGE", "NUMBER",
		"OTHER", "UNKNOWN", "BUSY", "NO_REPLY" };

	return names[c];
}

void cloud_test_events(const struct cloud_events *e, struct buf *out)
{
	static const char *const kinds[] = { "report", "reply", "key" };

	buf_init(out, 1 << 20);
	for (size_t i = 0; i < e->count; i++) {
		const struct cloud_event *v = &e->at[i];

		buf_addf(
			out, "%s id=%s ref=%s to=%s", kinds[v->kind], v->id, v->own_ref, v->number);
		if (v->kind == CLOUD_REPORT)
			buf_addf(
				out, " %s %s %s", v->outcome, cloud_class_name(v->class_), v->code);
		else
			buf_addf(out, " %s", v->text);
		if (v->parts > 1)
			buf_addf(out, " part %d of %d", v->part + 1, v->parts);
		buf_addf(out, " @%lld\n", (long long)(v->at_ms / 1000));
	}
}

struct cloud_answer cloud_test_answer(int status, const char *content_type, const char *body)
{
	return (struct cloud_answer){ status, body, strlen(body), content_type };
}
