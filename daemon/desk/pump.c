#include "pump.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "log.h"
#include "pump_room.h"

#include "banned.h"

enum { LOOK_MS = 1000, SUSPECT_LOOKS = 10 };

struct pump *pump_start(uv_loop_t *loop, const struct settings *set)
{
	struct pump *p = calloc(1, sizeof *p);

	if (p == NULL)
		abort();
	p->loop = loop;
	p->lane = calloc((size_t)set->channel_count + 1, sizeof *p->lane);
	if (p->lane == NULL)
		abort();
	for (int i = 0; i < set->channel_count; i++) {
		struct lane *l = &p->lane[p->count];

		l->kind = channel_kind_of(set->channel[i].kind);
		if (l->kind == NULL || (!set->channel[i].sms && !set->channel[i].voice))
			continue;
		l->pump = p;
		l->set = set->channel[i];
		uv_timer_init(loop, &l->pace);
		l->pace.data = l;
		p->handles++;
		p->count++;
	}
	uv_timer_init(loop, &p->look);
	p->look.data = p;
	p->handles++;
	return p;
}

/* Once a second: who has gone without a word, who is back, who has room that nobody asked for. */
static void look(uv_timer_t *timer)
{
	struct pump *p = timer->data;

	p->looks++;
	for (int i = 0; i < p->count; i++) {
		struct lane *l = &p->lane[i];
		bool was = l->up;

		lane_ask(l);
		if (p->looks % SUSPECT_LOOKS == 1 && l->channel != NULL) {
			json_t *health = l->kind->health(l->channel);

			l->suspect = json_flag(health, "suspect", false);
			json_decref(health);
		}
		if (was != l->up)
			lane_changed(l);
	}
}

void pump_join(struct pump *p, struct worker *w)
{
	p->worker = w;
	for (int i = 0; i < p->count; i++) {
		struct lane *l = &p->lane[i];
		struct channel_events ev = { .arg = l,
			.on_ready = lane_on_ready,
			.on_part = lane_on_part,
			.on_sent = lane_on_sent,
			.on_late = lane_on_late,
			.on_incoming = lane_on_incoming,
			.on_report = lane_on_report,
			.on_alarm = lane_on_alarm,
			.on_pin = lane_on_pin,
			.on_keep = lane_on_keep,
			.on_spent = lane_on_spent };

		l->channel = l->kind->start(p->loop, &l->set, &ev);
		l->set.own = l->set.own_lines = NULL; /* they end with the settings */
		log_info("channel started name=%s kind=%s", l->set.name, l->set.kind);
		lane_ask(l);
		lane_changed(l);
		lane_recall(l);
	}
	if (p->count > 0)
		uv_timer_start(&p->look, look, LOOK_MS, LOOK_MS);
}

static void one_closed(struct pump *p)
{
	p->handles--;
	if (p->handles == 0 && p->freed) {
		free(p->lane);
		free(p);
	}
}

static void closed(uv_handle_t *handle)
{
	one_closed(((struct lane *)handle->data)->pump);
}

static void look_closed(uv_handle_t *handle)
{
	one_closed(handle->data);
}

void pump_quiesce(struct pump *p)
{
	p->stopping = true;
}

bool pump_is_quiet(const struct pump *p)
{
	for (int i = 0; i < p->count; i++)
		if (p->lane[i].out > 0)
			return false;
	return true;
}

void pump_stop(struct pump *p)
{
	p->stopping = true;
	for (int i = 0; i < p->count; i++) {
		struct lane *l = &p->lane[i];

		if (l->channel != NULL)
			l->kind->stop(l->channel);
		l->channel = NULL;
		uv_close((uv_handle_t *)&l->pace, closed);
	}
	uv_close((uv_handle_t *)&p->look, look_closed);
}

void pump_free(struct pump *p)
{
	p->freed = true;
	p->worker = NULL;
	if (p->handles == 0) {
		free(p->lane);
		free(p);
	}
}

json_t *pump_channels(struct pump *p)
{
	json_t *list = json_array();

	for (int i = 0; i < p->count; i++) {
		const struct lane *l = &p->lane[i];
		json_t *o = json_pack("{s:s, s:s}", "name", l->set.name, "kind", l->set.kind);
		json_t *health = l->channel == NULL ? NULL : l->kind->health(l->channel);

		json_object_set_new(o, "sending", json_boolean(l->out > 0));
		if (health != NULL)
			json_object_update(o, health);
		json_decref(health);
		json_array_append_new(list, o);
	}
	return list;
}

static struct lane *lane_of(struct pump *p, const char *name)
{
	for (int i = 0; i < p->count; i++)
		if (p->lane[i].channel != NULL && strcmp(p->lane[i].set.name, name) == 0)
			return &p->lane[i];
	return NULL;
}

bool pump_hook(struct pump *p, const char *name, const struct channel_hook *h,
	struct channel_hook_answer *answer, void (*told)(void *arg, bool ok), void *arg)
{
	struct lane *l = lane_of(p, name);

	if (l != NULL && l->kind->hook != NULL)
		return l->kind->hook(l->channel, h, answer, told, arg);
	*answer = (struct channel_hook_answer){ .status = 503, .content_type = "text/plain" };
	return false;
}

bool pump_order(struct pump *p, const char *name, const char *what, const char **why)
{
	struct lane *l = lane_of(p, name);

	*why = l == NULL ? "没有这个通道。" : "这种通道没有这个动作。";
	return l != NULL && l->kind->order != NULL && l->kind->order(l->channel, what, why);
}

void pump_resume(struct pump *p, const char *name)
{
	struct lane *l = lane_of(p, name);

	if (l == NULL)
		return;
	if (l->kind->resume != NULL)
		l->kind->resume(l->channel);
	lane_ask(l);
}

json_t *pump_log(struct pump *p, const char *name, uint64_t since)
{
	struct lane *l = lane_of(p, name);

	return l == NULL || l->kind->log == NULL ? NULL : l->kind->log(l->channel, since);
}

bool pump_no_way(const struct pump *p)
{
	return p->no_way;
}
