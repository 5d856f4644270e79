#include "way.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#include "banned.h"

enum { PREFER = 50, TROUBLE_TRYING = 1, TROUBLE_TRIED = 2, TROUBLE_LAST = 3 };

/* -- one channel, one message --------------------------------------------------------------- */

struct look { /* at one channel */
	const struct way_message *m;
	const struct way_channel *c;
	struct way_place *p;
	bool explain;
	bool others; /* some channel without trouble could take it now */
};

const char *way_until(int64_t until_ms, int64_t now_ms, char out[WAY_UNTIL])
{
	struct clock_day day, today;

	clock_local(until_ms, &day);
	clock_local(now_ms, &today);
	if (day.day == today.day && day.month == today.month)
		snprintf(out, WAY_UNTIL, "%02d:%02d", day.hour, day.minute);
	else
		snprintf(out, WAY_UNTIL, "%d月%d日%02d:%02d", day.month, day.day, day.hour,
			day.minute);
	return out;
}

static void put(struct look *l, enum way_when when, int64_t until_ms, const char *why)
{
	char at[WAY_UNTIL];

	l->p->when = when;
	l->p->until_ms = until_ms;
	if (!l->explain)
		return;
	if (until_ms > 0)
		snprintf(l->p->why, sizeof l->p->why, "%s,%s 再发", why,
			way_until(until_ms, l->m->now_ms, at));
	else
		snprintf(l->p->why, sizeof l->p->why, "%s", why);
}

static bool never(struct look *l, const char *why)
{
	put(l, WAY_NEVER, 0, why);
	return true;
}

static bool later(struct look *l, int64_t until_ms, const char *why)
{
	put(l, WAY_LATER, until_ms, why);
	return true;
}

static bool wrong_kind(struct look *l)
{
	if (l->m->call && !l->c->voice)
		return never(l, "不打电话");
	if (!l->m->call && !l->c->sms)
		return never(l, "不发短信");
	if (!l->m->call && l->m->number.kind == WAY_NUMBER_LANDLINE)
		return never(l, "座机收不到短信");
	return false;
}

static bool wrong_purpose(struct look *l)
{
	unsigned allowed = l->c->rules.purposes == 0 ? WAY_ALL : l->c->rules.purposes;
	unsigned wanted = l->m->purpose | (l->m->urgent ? (unsigned)WAY_URGENT : 0);

	if (l->m->purpose == WAY_PUBLICITY && l->c->card)
		return never(l, "宣传短信不走手机卡");
	if ((allowed & wanted) == 0)
		return never(l, "用途不符");
	return false;
}

static bool wrong_number(struct look *l)
{
	unsigned carriers = l->c->rules.carriers;

	if (carriers != 0 && l->m->number.carrier != 0 && (carriers & l->m->number.carrier) == 0)
		return never(l, "不发这家运营商的号码");
	return false;
}

static bool wrong_text(struct look *l)
{
	if (l->c->unfit != NULL)
		return never(l, l->c->unfit);
	if (l->c->tried == WAY_TRIED_NEVER)
		return never(l, "这条已被它拒绝");
	return false;
}

static bool out_of_service(struct look *l)
{
	if (l->c->paused)
		return later(l, 0, "已暂停");
	if (l->c->stopped)
		return later(l, 0, "已停用,要人处理后恢复");
	if (!l->c->up)
		return later(l, 0, l->c->down_why == NULL ? "通道不通" : l->c->down_why);
	return false;
}

static int64_t opens_at(const struct way_rules *r, const struct way_message *m)
{
	int wait = (r->from_min - m->minute + 24 * 60) % (24 * 60);

	return m->now_ms - m->now_ms % 60000 + wait * INT64_C(60000);
}

static bool out_of_hours(struct look *l)
{
	const struct way_rules *r = &l->c->rules;
	int minute = l->m->minute;
	bool open = r->from_min < r->to_min ? minute >= r->from_min && minute < r->to_min
					    : minute >= r->from_min || minute < r->to_min;

	if (r->from_min == r->to_min || open)
		return false;
	return later(l, opens_at(r, l->m), "不在通道时段");
}

static bool over_limit(struct look *l)
{
	char why[48];

	if (l->c->limit_until_ms > l->m->now_ms) {
		snprintf(why, sizeof why, "达到%s发送上限",
			l->c->limit_name == NULL ? "" : l->c->limit_name);
		return later(l, l->c->limit_until_ms, why);
	}
	if (l->c->number_until_ms > l->m->now_ms)
		return later(l, l->c->number_until_ms, "这个号码达到发送上限");
	return false;
}

static bool tried_lately(struct look *l)
{
	if (l->c->tried == WAY_TRIED_WAIT && l->c->tried_until_ms > l->m->now_ms)
		return later(l, l->c->tried_until_ms, "刚试过没发出");
	return false;
}

/*
 * Where there is no other way: an open breaker is tried by what is urgent. A suspect card carries what asks
 * somebody or tells those who decide, urgent or not, for nobody else would hear of it (rather twice
 * than never); anything else only feeds what has blocked it, and waits for a trial or a person.
 */
static bool is_worth_it(const struct look *l, bool open)
{
	return l->m->urgent ||
	       (!open && (l->m->purpose & (unsigned)(WAY_TASK | WAY_ESCALATION)) != 0);
}

static bool in_trouble(struct look *l)
{
	bool open = l->c->open_until_ms > l->m->now_ms, worth = is_worth_it(l, open);

	if (!open && !l->c->suspect)
		return false;
	if (!l->others && worth) {
		put(l, WAY_NOW, 0, open ? "多次失败,没有别的路,仍试" : "疑似被限,没有别的路,仍发");
		l->p->trouble = TROUBLE_LAST;
		return true;
	}
	if (open)
		return later(l, l->c->open_until_ms, "多次失败,暂停使用");
	return later(
		l, 0, worth ? "手机卡疑似被限" : "手机卡疑似被限,只发任务和紧急短信,恢复后再发");
}

static void may_now(struct look *l)
{
	const char *why = l->c->free ? "可用" : "可用,正忙";

	if (l->c->tried == WAY_TRIED_UNSURE) {
		l->p->trouble = TROUBLE_TRIED;
		why = "可用,但上次发出没有回音";
	} else if (l->c->trying) {
		l->p->trouble = TROUBLE_TRYING;
		why = "可用,正在试恢复";
	}
	put(l, WAY_NOW, 0, why);
}

static bool (*const looks[])(struct look *l) = { wrong_kind, wrong_purpose, wrong_number,
	wrong_text, out_of_service, out_of_hours, over_limit, tried_lately, in_trouble };

static void look_at(struct look *l)
{
	l->p->trouble = 0;
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
		if (looks[i](l))
			return;
	may_now(l);
}

/* -- all of them, in order --------------------------------------------------------------------- */

static int prefer_of(const struct way_channel *c)
{
	return c->rules.prefer == 0 ? PREFER : c->rules.prefer;
}

/* Below zero: `a` comes first. Equal but for use and order: 0. */
static int compare(
	const struct way_channel *c, const struct way_place *a, const struct way_place *b)
{
	const struct way_channel *x = &c[a->channel], *y = &c[b->channel];

	if (a->when != b->when)
		return (int)a->when - (int)b->when;
	if (a->trouble != b->trouble)
		return a->trouble - b->trouble;
	if (prefer_of(x) != prefer_of(y))
		return prefer_of(x) - prefer_of(y);
	return x->rules.cost_fen - y->rules.cost_fen;
}

bool way_as_good(const struct way_channel *c, const struct way_place *a, const struct way_place *b)
{
	return compare(c, a, b) <= 0;
}

static bool goes_before(
	const struct way_channel *c, const struct way_place *a, const struct way_place *b)
{
	int d = compare(c, a, b);

	if (d != 0)
		return d < 0;
	if (c[a->channel].fill != c[b->channel].fill)
		return c[a->channel].fill < c[b->channel].fill;
	return a->channel < b->channel;
}

static void sort(const struct way_channel *c, struct way_place *p, int n)
{
	for (int i = 1; i < n; i++) {
		struct way_place one = p[i];
		int at = i;

		while (at > 0 && goes_before(c, &one, &p[at - 1])) {
			p[at] = p[at - 1];
			at--;
		}
		p[at] = one;
	}
}

static int find(const struct way_message *m, const struct way_channel *c, int n, bool explain,
	struct way_place *out)
{
	struct look l = { .m = m, .explain = explain, .others = true };
	int now = 0;

	assert(n >= 0);
	for (int i = 0; i < n; i++) {
		out[i] = (struct way_place){ .channel = i };
		l.c = &c[i];
		l.p = &out[i];
		look_at(&l);
		now += out[i].when == WAY_NOW;
	}
	if (now == 0) {
		l.others = false;
		for (int i = 0; i < n; i++) {
			l.c = &c[i];
			l.p = &out[i];
			look_at(&l);
			now += out[i].when == WAY_NOW;
		}
	}
	sort(c, out, n);
	return now;
}

int way_find(const struct way_message *m, const struct way_channel *c, int n, struct way_place *out)
{
	return find(m, c, n, false, out);
}

/* For each that may take it: why it stands behind the one before. */
static void explain_order(const struct way_channel *c, struct way_place *p, int now)
{
	for (int i = 0; i < now; i++) {
		size_t used = strlen(p[i].why);
		const char *more = "";

		if (i == 0)
			more = "首选";
		else if (p[i].trouble > p[i - 1].trouble)
			more = "排在没有问题的后面";
		else if (prefer_of(&c[p[i].channel]) > prefer_of(&c[p[i - 1].channel]))
			more = "优先级较低";
		else if (c[p[i].channel].rules.cost_fen > c[p[i - 1].channel].rules.cost_fen)
			more = "费用较高";
		else if (c[p[i].channel].fill > c[p[i - 1].channel].fill)
			more = "限额用得较多";
		else
			more = "与前一个相同";
		snprintf(p[i].why + used, sizeof p[i].why - used, ",%s", more);
	}
}

int way_explain(
	const struct way_message *m, const struct way_channel *c, int n, struct way_place *out)
{
	int now = find(m, c, n, true, out);

	explain_order(c, out, now);
	return now;
}

/* -- numbers ------------------------------------------------------------------------------------- */

/* First three digits. Virtual operators and what is not known stand under no carrier. */
/* clang-format off */
static const struct { int lo, hi; unsigned carrier; } prefixes[] = {
	{ 133, 133, WAY_TELECOM }, { 134, 139, WAY_MOBILE },  { 130, 132, WAY_UNICOM },
	{ 145, 146, WAY_UNICOM },  { 147, 148, WAY_MOBILE },  { 149, 149, WAY_TELECOM },
	{ 150, 152, WAY_MOBILE },  { 153, 153, WAY_TELECOM }, { 155, 156, WAY_UNICOM },
	{ 157, 159, WAY_MOBILE },  { 166, 166, WAY_UNICOM },  { 172, 172, WAY_MOBILE },
	{ 173, 173, WAY_TELECOM }, { 175, 176, WAY_UNICOM },  { 177, 177, WAY_TELECOM },
	{ 178, 178, WAY_MOBILE },  { 180, 181, WAY_TELECOM }, { 182, 184, WAY_MOBILE },
	{ 185, 186, WAY_UNICOM },  { 187, 188, WAY_MOBILE },  { 189, 191, WAY_TELECOM },
	{ 192, 192, WAY_BROADNET }, { 193, 193, WAY_TELECOM }, { 195, 195, WAY_MOBILE },
	{ 196, 196, WAY_UNICOM },  { 197, 198, WAY_MOBILE },  { 199, 199, WAY_TELECOM },
};
/* clang-format on */

struct way_number way_number(const char *number)
{
	struct way_number out = { WAY_NUMBER_OTHER, 0 };
	int three;

	if (strncmp(number, "+86", 3) == 0)
		number += 3;
	if (number[0] == '0') {
		out.kind = WAY_NUMBER_LANDLINE;
		return out;
	}
	if (strlen(number) != 11 || number[0] != '1' || strspn(number, "0123456789") != 11)
		return out;
	out.kind = WAY_NUMBER_MOBILE;
	three = 100 + (number[1] - '0') * 10 + (number[2] - '0');
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (three >= prefixes[i].lo && three <= prefixes[i].hi)
			out.carrier = prefixes[i].carrier;
	return out;
}

/* -- words ---------------------------------------------------------------------------------------- */

static const struct {
	unsigned bit;
	const char *code, *name;
} purposes[] = { { WAY_TASK, "task", "任务" }, { WAY_URGENT, "urgent", "紧急" },
	{ WAY_ESCALATION, "escalation", "升级" }, { WAY_NOTICE, "notice", "通知" },
	{ WAY_PUBLICITY, "publicity", "宣传" }, { WAY_SYSTEM, "system", "系统" } };

static const struct {
	unsigned bit;
	const char *name, *code, *full;
} carriers[] = { { WAY_MOBILE, "移动", "mobile", "中国移动" },
	{ WAY_UNICOM, "联通", "unicom", "中国联通" },
	{ WAY_TELECOM, "电信", "telecom", "中国电信" },
	{ WAY_BROADNET, "广电", "broadnet", "中国广电" } };

static const struct {
	const char *purpose;
	unsigned bit;
} stored[] = { { "task", WAY_TASK }, { "detail", WAY_TASK }, { "reminder", WAY_TASK },
	{ "answer", WAY_TASK }, { "revisit", WAY_TASK }, { "handover", WAY_TASK },
	{ "told", WAY_ESCALATION }, { "alarm", WAY_ESCALATION }, { "notice", WAY_NOTICE },
	{ "publicity", WAY_PUBLICITY }, { "system", WAY_SYSTEM }, { "test", WAY_SYSTEM } };

unsigned way_purpose_of_code(const char *code)
{
	for (size_t i = 0; i < sizeof purposes / sizeof *purposes; i++)
		if (strcmp(purposes[i].code, code) == 0 || strcmp(purposes[i].name, code) == 0)
			return purposes[i].bit;
	return 0;
}

const char *way_purpose_code(unsigned one_bit)
{
	for (size_t i = 0; i < sizeof purposes / sizeof *purposes; i++)
		if (purposes[i].bit == one_bit)
			return purposes[i].code;
	return "";
}

const char *way_purpose_name(unsigned one_bit)
{
	for (size_t i = 0; i < sizeof purposes / sizeof *purposes; i++)
		if (purposes[i].bit == one_bit)
			return purposes[i].name;
	return "";
}

unsigned way_purpose_of_message(const char *purpose, const char *class_)
{
	if (strcmp(class_, "bulk") == 0)
		return WAY_PUBLICITY;
	for (size_t i = 0; i < sizeof stored / sizeof *stored; i++)
		if (strcmp(stored[i].purpose, purpose) == 0)
			return stored[i].bit;
	return WAY_NOTICE;
}

unsigned way_carrier_of_name(const char *name)
{
	for (size_t i = 0; i < sizeof carriers / sizeof *carriers; i++)
		if (strcmp(carriers[i].name, name) == 0 || strcmp(carriers[i].code, name) == 0 ||
			strcmp(carriers[i].full, name) == 0)
			return carriers[i].bit;
	return 0;
}

const char *way_carrier_name(unsigned one_bit)
{
	for (size_t i = 0; i < sizeof carriers / sizeof *carriers; i++)
		if (carriers[i].bit == one_bit)
			return carriers[i].name;
	return "";
}
