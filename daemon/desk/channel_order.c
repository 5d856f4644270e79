/* What people order about channels: pause, resume, a test message. The body names the channel. */
#include <stdio.h>
#include <string.h>

#include "channel_order.h"
#include "clock.h"
#include "desk_room.h"
#include "json.h"
#include "phone.h"

#include "banned.h"

static const char *text_of(const json_t *body, const char *key)
{
	const char *s = json_str(body, key);

	return s == NULL ? "" : s;
}

static bool refuse(struct fault *fault, const char *code, const char *why, const char *mend)
{
	fault_set(fault, code, why, mend);
	return false;
}

static bool no_such(struct fault *fault)
{
	return refuse(fault, "not_found", "没有这个通道", "请看 quanzu channel list");
}

bool channel_order_pause(struct desk *d, const char *actor, const json_t *body, struct fault *fault)
{
	return traffic_pause(d, text_of(body, "name"), actor, true) || no_such(fault);
}

bool channel_order_resume(
	struct desk *d, const char *actor, const json_t *body, struct fault *fault)
{
	if (!traffic_resume(d, text_of(body, "name"), actor))
		return no_such(fault);
	traffic_watch(d);
	return true;
}

static bool fits(
	const struct channel_settings *set, bool voice, const char *to, struct fault *fault)
{
	if (voice ? !set->voice : !set->sms)
		return refuse(fault, "conflict", voice ? "这个通道不打电话" : "这个通道不发短信",
			"请换一个通道");
	if (voice ? !phone_call_ok(to) : !phone_sms_ok(to))
		return refuse(fault, "bad_phone", "这个号码不能收", "请写11位手机号");
	return true;
}

bool channel_order_test(
	struct desk *d, const char *actor, const json_t *body, json_t **out, struct fault *fault)
{
	const struct channel_settings *set = traffic_settings(d, text_of(body, "name"));
	bool voice = json_flag(body, "voice", false) || json_str(body, "voice") != NULL;
	struct clock_day now;
	struct phone to;
	int64_t id;

	if (set == NULL)
		return no_such(fault);
	if (phone_parse(text_of(body, "to"), NULL, &to) != PHONE_OK)
		return refuse(fault, "bad_phone", "没有写号码,或号码不对", "请写 to(11位手机号)");
	if (!fits(set, voice, to.text, fault))
		return false;
	clock_local(d->s->now_ms, &now);
	id = post_test(d, set->name, to.text, voice,
		arena_print(&d->s->arena,
			voice ? "这是通道测试电话,%02d点%02d分。不用处理。"
			      : "通道测试 %02d:%02d,收到不用回",
			now.hour, now.minute));
	store_event(d->s, actor, "channel.tested", 0, "message", id,
		json_pack("{s:s}", "channel", set->name));
	*out = json_pack("{s:I}", "id", (json_int_t)id);
	return true;
}
