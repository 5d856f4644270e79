/* What a channel is for: purposes, carriers, hours, and how often one number. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_room.h"
#include "config_unit.h"
#include "config_wrong.h"

#include "banned.h"

static bool one_purpose(struct config_reader *r, const struct config_node *n, void *target)
{
	struct channel_settings *c = target;
	unsigned bit = way_purpose_of_code(n->text);

	if (bit == 0)
		return config_wrong(r->error, n,
			"purposes 里没有 %s,可以写 task(任务)、urgent(紧急)、escalation(升级)、"
			"notice(通知)、publicity(宣传)、system(系统)",
			n->text);
	c->way.purposes |= bit;
	return true;
}

bool config_purposes(struct config_reader *r, const struct config_node *n, void *channel)
{
	struct channel_settings *c = channel;

	if (!config_words(r, n, c, one_purpose))
		return false;
	if (c->way.purposes == 0)
		return config_wrong(r->error, n, "purposes 是空的:不写就是都可以");
	return true;
}

static bool one_carrier(struct config_reader *r, const struct config_node *n, void *target)
{
	struct channel_settings *c = target;
	unsigned bit = way_carrier_of_name(n->text);

	if (bit == 0)
		return config_wrong(
			r->error, n, "carriers 里没有 %s,可以写 移动、联通、电信、广电", n->text);
	c->way.carriers |= bit;
	return true;
}

bool config_carriers(struct config_reader *r, const struct config_node *n, void *channel)
{
	struct channel_settings *c = channel;

	if (!config_words(r, n, c, one_carrier))
		return false;
	if (c->way.carriers == 0)
		return config_wrong(r->error, n, "carriers 是空的:不写就是都可以");
	return true;
}

bool config_hours(struct config_reader *r, const struct config_node *n, void *channel)
{
	struct channel_settings *c = channel;

	if (!config_want(r, n, CONFIG_TEXT))
		return false;
	if (!config_window(n->text, &c->way.from_min, &c->way.to_min))
		return config_wrong(
			r->error, n, "hours 要写时段,如 \"08:00-21:00\",全天写 \"全天\"");
	/* A whole day has no beginning. */
	if ((c->way.to_min - c->way.from_min) % (24 * 60) == 0)
		c->way.from_min = c->way.to_min = 0;
	return true;
}

/* One of "3/min": 3 in a minute; a number before the unit, as in 15/3h, is how many of them. */
static bool one_rate(const char *text, struct rate_rule *out)
{
	char span[CONFIG_SAY];
	char *end;
	long count = strtol(text, &end, 10);

	if (text[0] < '1' || text[0] > '9' || count > RATE_TIMES || *end != '/')
		return false;
	end++;
	snprintf(span, sizeof span, "%s%s", *end >= '0' && *end <= '9' ? "" : "1", end);
	out->count = (int)count;
	return config_duration(span, &out->span_ms) && out->span_ms >= KEY_S(1) &&
	       out->span_ms <= KEY_D(31);
}

static bool rates_of(const char *text, struct rate_rules *out)
{
	char one[CONFIG_SAY];

	out->count = 0;
	while (*text != '\0') {
		size_t n;

		text += strspn(text, " ");
		n = strcspn(text, ",");
		if (n >= sizeof one || out->count == RATE_RULES)
			return false;
		snprintf(one, sizeof one, "%.*s", (int)n, text);
		one[strcspn(one, " ")] = '\0';
		if (!one_rate(one, &out->at[out->count++]))
			return false;
		text += n + (text[n] == ',');
	}
	return true;
}

bool config_rates(struct config_reader *r, const struct config_node *n, struct rate_rules *out)
{
	struct rate_rules read;

	memset(&read, 0, sizeof read);
	if (!config_want(r, n, CONFIG_TEXT))
		return false;
	if (!rates_of(n->text, &read))
		return config_wrong(r->error, n,
			"%s 要写每段时间最多几次,如 \"3/min, 50/d\",最多%d项,次数1到%d,不限写 \"\"",
			n->name, RATE_RULES, RATE_TIMES);
	*out = read;
	return true;
}
