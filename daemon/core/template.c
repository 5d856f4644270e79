#include "template.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "text.h"

#include "banned.h"

enum { KEY_MAX = 24 };

/*
 * Every value there is: the most characters that it may have, and an ordinary one for counting
 * the length of a text. The names are those of template.h.
 */
/* clang-format off */
static const struct value_kind { const char *key; size_t chars; const char *ordinary; } kinds[] = {
	{ "case", 16, "0417" },
	{ "code", 4, "17" },
	{ "word", 4, "急" },
	{ "name", 6, "王*" },
	{ "area", 16, "李庄3组" },
	{ "type", 12, "冒充客服" },
	{ "type_no", 6, "类型04" },
	{ "sex", 2, "女" },
	{ "age", 8, "50余岁" },
	{ "accept", 5, "171" },
	{ "decline", 5, "170" },
	{ "met", 5, "172" },
	{ "done", 5, "173" },
	{ "lost", 5, "174" },
	{ "unreached", 5, "175" },
	{ "wrong", 5, "176" },
	{ "police", 5, "177" },
	{ "mistaken", 5, "178" },
	{ "pass", 5, "179" },
	{ "answer", 5, "173" },
	{ "answers", 60, "171或181" },
	{ "list", 100, "17:王* 18:赵*" },
	{ "count", 3, "2" },
	{ "more", 60, "" },
	{ "phone", 20, "13800138000" },
	{ "address", 40, "示例村6组12号" },
	{ "who", 8, "李*" },
	{ "what", 4, "签收" },
	{ "action", 12, "已转账" },
	{ "amount", 16, "35000元" },
	{ "time", 16, "14:20" },
	{ "date", 10, "3月6日" },
	{ "limit", 10, "30分钟" },
	{ "waited", 10, "12分钟" },
	{ "step", 8, "24小时" },
	{ "text", 40, "示例村没有值班队员,任务已转中心" },
	{ "level", 8, "紧急高危" },
	{ "code_said", 8, "1 7" },
	{ "name_said", 6, "王某" },
	{ "centre", 16, "示例镇反诈" },
	{ "centre_phone", 16, "021-55550000" },
};

#define ANSWERS " accept decline met done lost unreached wrong police mistaken pass "
#define MINOR   " case code word area type type_no sex age "
#define PERSON  " name" MINOR
#define OFFICE  " centre centre_phone "
#define SPOKEN  " level code_said name_said " MINOR OFFICE

/*
 * Every text: its key in the configuration, the values it may hold, those it cannot do without,
 * and what we send when the office has not written its own. The answers to replies are those
 * of the reply grammar, to the letter.
 */
static const struct house_text { const char *key, *knows, *needs, *text; } texts[TPL_COUNT] = {
	[TPL_ALERT] = { "alert", PERSON ANSWERS OFFICE " limit ", "code accept decline",
		"{code}号·{word}:{name},{area},疑{type}。接单回{accept},不能去回{decline}" },
	[TPL_ALERT_MINOR] = { "alert_minor", MINOR ANSWERS OFFICE " limit ", "code accept decline",
		"{code}号·{word}:未成年人,{area},疑{type},先找监护人。接单回{accept},不能去回{decline}" },
	[TPL_DETAIL] = { "detail", PERSON ANSWERS OFFICE " phone address limit ", "code phone address",
		"{code}号:{name},电话{phone},{address}。"
		"见面回{met},劝住{done},已转{lost}+金额。用后即删" },
	[TPL_DETAIL_PLEDGE] = { "detail_pledge", PERSON ANSWERS OFFICE " limit ", "code",
		"{code}号:您未签保密承诺,电话住址请致电{centre_phone}问。"
		"劝住回{done},已转回{lost}+金额" },
	[TPL_TAKEN] = { "taken", " code case name who time " OFFICE, "code",
		"{code}号已由{who}接单,您不用去了,谢谢" },
	[TPL_WITHDRAWN] = { "withdrawn", " code case name who time " OFFICE, "code",
		"{code}号已撤销,不用去了,谢谢" },
	[TPL_LEVEL_UP] = { "level_up", PERSON ANSWERS OFFICE " limit count ", "code",
		"{code}号升为{word}:{name}又有新预警,请抓紧。要民警回{police}" },
	[TPL_TOLD] = { "told", PERSON OFFICE " who waited ", "",
		"通报{case}·{word}:{name},{area},疑{type},{waited}无人接单,请协调督促" },
	[TPL_REMIND_CONTACT] = { "remind_contact", PERSON ANSWERS OFFICE " limit time waited ", "code",
		"{code}号{name}请{time}前电话联系。已联系回{met},联系不上回{unreached}" },
	[TPL_REMIND_MEET] = { "remind_meet", PERSON ANSWERS OFFICE " limit time waited ", "code",
		"{code}号{name}请{time}前见面劝阻。见面回{met},劝住{done},要民警{police}" },
	[TPL_REMIND_FEEDBACK] = { "remind_feedback", PERSON ANSWERS OFFICE " limit time waited ", "code",
		"{code}号{name}请报结果:劝住{done} 已转{lost}+金额 联系不上{unreached} 要民警{police}" },
	[TPL_OVERDUE] = { "overdue", PERSON OFFICE " who what waited time ", "",
		"超时{case}·{word}:{name},{area},{who}{what}已超{waited},请督促" },
	[TPL_RAISED] = { "raised", PERSON OFFICE " who action time ", "",
		"待核实{case}·{word}:{who}报{name}({area}){action},请速看值班台" },
	[TPL_ALARM] = { "alarm", " text case time " OFFICE, "text",
		"告警{case}:{text}。请看值班台" },
	[TPL_REVISIT] = { "revisit", PERSON ANSWERS OFFICE " step time date limit ", "code accept decline",
		"{code}号·{step}回访:{name},{area},请{date}前回访。接单回{accept},不能去回{decline}" },
	[TPL_HANDOVER] = { "handover", PERSON ANSWERS OFFICE " limit time who ", "code accept",
		"{code}号·止付:{name},{area},疑{type},已转账。"
		"请{limit}内办止付,资料见值班台。收到回{accept}" },
	[TPL_HELP] = { "help", ANSWERS OFFICE, "",
		"回任务号+数字:1接单 0不能去 2已见面 3劝住 4已转+金额 5联系不上 6非本人 7要民警 "
		"8误报 9换人,例171" },
	[TPL_WHICH] = { "which", " count list answers " OFFICE, "answers",
		"您有{count}个任务:{list}。请回{answers}" },
	[TPL_UNKNOWN] = { "unknown", " code list " ANSWERS OFFICE, "code",
		"没有{code}号任务。您的任务:{list}。接单回{accept},不能去回{decline}" },
	[TPL_DIGITS] = { "digits", ANSWERS OFFICE, "",
		"数字没看懂。请回任务号+动作,如{accept};金额空一格写,如{lost} 35000" },
	[TPL_ACTION] = { "action", " code name " ANSWERS OFFICE, "code",
		"{code}号请加动作:接单{accept} 劝住{done} 已转{lost}+金额 "
		"联系不上{unreached} 要民警{police}" },
	[TPL_CONFIRM] = { "confirm", " code name action answer " OFFICE, "answer",
		"理解为{code}号{name}{action}。对请回{answer},不对不用回" },
	[TPL_CONFIRM_RAISED] = { "confirm_raised", " code name action amount " OFFICE, "action",
		"已报值班:{code}号{name}{action}{amount}。不对请回电" },
	[TPL_ECHO] = { "echo", " code name action amount more " OFFICE, "action",
		"已记:{code}号{name} {action}{amount}{more}" },
	[TPL_ECHO_AMOUNT] = { "echo_amount", " code name action " ANSWERS OFFICE, "lost",
		"已记:{code}号{name} {action}。转了多少请回{lost}+金额,如{lost} 3万5" },
	[TPL_LATE] = { "late", " code name who time action " ANSWERS OFFICE, "code",
		"{code}号已于{time}由{who}登记{action}。有新情况请回{police}或来电" },
	[TPL_HUMAN] = { "human", ANSWERS OFFICE, "",
		"已转值班员。登记请回任务号+数字,如{accept}" },
	[TPL_LIST] = { "list", " count list " OFFICE, "list",
		"未完任务{count}个:{list}" },
	[TPL_LEAVE] = { "leave", " date " OFFICE, "",
		"已登记休息到{date}。上班请回 销假" },
	[TPL_BACK] = { "back", OFFICE, "",
		"已销假,谢谢" },
	[TPL_STOP] = { "stop", OFFICE, "",
		"已转告管理员。停发前仍会收到紧急任务" },
	[TPL_UNKNOWN_NONE] = { "unknown_none", " code " OFFICE, "code",
		"没有{code}号任务,您现在没有未完任务。有事请致电{centre_phone}" },
	[TPL_CALL] = { "call", SPOKEN, "",
		"这里是{centre}。{level}任务,{code_said}号,{name_said},{area},疑似{type}。"
		"接单请按1,不能去请按0,要民警请按7,再听一遍请按星号。" },
	[TPL_CALL_HANDOVER] = { "call_handover", SPOKEN, "",
		"这里是{centre}。止付任务,{code_said}号,{name_said},{area},疑似{type},已经转账,请马上办理止付,"
		"资料请看短信。收到请按1,办不了请按0,再听一遍请按星号。" },
	[TPL_CALL_TOLD] = { "call_told", SPOKEN " waited ", "",
		"这里是{centre}。通报{level}任务,{name_said},{area},疑似{type},{waited}无人接单,请协调督促。" },
	[TPL_CALL_RESIDENT] = { "call_resident", OFFICE, "",
		"您好,这里是{centre}。有人可能正在骗您的钱。请马上挂断对方电话,不要转账,不要把验证码告诉任何人。"
		"拿不准请拨打96110或者110核实。再听一遍请按星号。" },
	[TPL_CALL_TAKEN] = { "call_taken", SPOKEN, "",
		"您已接单,{name_said},{area}。详细情况请看短信。" },
	[TPL_CALL_DONE] = { "call_done", SPOKEN " action ", "action",
		"已记录,{action}。" },
	[TPL_CALL_BY_SMS] = { "call_by_sms", SPOKEN, "",
		"结果请用短信回复。" },
};
/* clang-format on */

enum { KINDS = sizeof kinds / sizeof *kinds };
_Static_assert((int)KINDS <= (int)TEMPLATE_KINDS, "each kind of value has a place");

void templates_default(struct templates *t)
{
	memset(t, 0, sizeof *t);
	snprintf(t->signature, sizeof t->signature, "%s", "反诈分中心");
	snprintf(t->repeat_mark, sizeof t->repeat_mark, "%s", "重发 ");
	snprintf(t->drill_mark, sizeof t->drill_mark, "%s", "【演练】");
	for (int i = 0; i < TPL_COUNT; i++) {
		assert(strlen(texts[i].text) < TEMPLATE_MAX);
		snprintf(t->text[i], TEMPLATE_MAX, "%s", texts[i].text);
	}
}

const char *template_key(enum template_name name)
{
	assert(name < TPL_COUNT);
	return texts[name].key;
}

int template_of_key(const char *key)
{
	for (int i = 0; i < TPL_COUNT; i++)
		if (strcmp(texts[i].key, key) == 0)
			return i;
	return -1;
}

bool template_is_spoken(enum template_name name)
{
	assert(name < TPL_COUNT);
	return name >= TPL_CALL;
}

/* Most keys differ in their first letter already. */
static bool is_same(const char *a, const char *b)
{
	return a[0] == b[0] && strcmp(a, b) == 0;
}

static const struct value_kind *kind_of(const char *key)
{
	for (size_t i = 0; i < KINDS; i++)
		if (is_same(kinds[i].key, key))
			return &kinds[i];
	return NULL;
}

/* Is `key` one of the words of `list`? */
static bool among(const char *list, const char *key)
{
	size_t n = strlen(key);

	while (*(list += strspn(list, " ")) != '\0') {
		size_t len = strcspn(list, " ");

		if (len == n && strncmp(list, key, n) == 0)
			return true;
		list += len;
	}
	return false;
}

/*
 * The placeholder that begins at `s`, which is a brace: its name, and the length with both
 * braces. 0: the brace ends nowhere, or holds what can be no name.
 */
static size_t placeholder(const char *s, char key[KEY_MAX])
{
	size_t n = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz_");

	if (n == 0 || n >= KEY_MAX || s[n + 1] != '}')
		return 0;
	memcpy(key, s + 1, n);
	key[n] = '\0';
	return n + 2;
}

/* -- values ------------------------------------------------------------------------------- */

static bool is_line_end(uint32_t c)
{
	return c == '\n' || c == '\r' || c == '\t' || c == 0x0B || c == 0x0C || c == 0x85 ||
	       c == 0x2028 || c == 0x2029;
}

/* One character of a value: what may break the line becomes a blank, a bracket of signatures round. */
static void add_char(struct buf *to, uint32_t c)
{
	char piece[4];

	if (c == TEXT_BAD)
		return;
	if (is_line_end(c))
		c = ' ';
	if (c == 0x3010)
		c = '(';
	if (c == 0x3011)
		c = ')';
	if (c == ' ' && to->len > 0 && to->data[to->len - 1] == ' ')
		return;
	buf_add(to, piece, text_put(c, piece));
}

/* At most `chars` characters and n - 1 bytes. */
static void copy_cut(const char *s, size_t chars, char *out, size_t n)
{
	size_t len = text_prefix(s, chars);

	while (len >= n)
		len = text_prefix(s, --chars);
	memcpy(out, s, len);
	out[len] = '\0';
}

static bool is_tail(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

/* A Chinese character: U+4000 to U+9FFF. */
static bool is_han(const char *s)
{
	return (unsigned char)s[0] >= 0xE4 && (unsigned char)s[0] <= 0xE9 && is_tail(s[1]) &&
	       is_tail(s[2]);
}

/* Digits, letters, single blanks and Chinese: there is nothing to clean. */
static bool is_plain(const char *value)
{
	for (;;) {
		if ((*value > ' ' && *value < 0x7f) ||
			(*value == ' ' && value[1] != ' ' && value[1] != '\0'))
			value++;
		else if (is_han(value))
			value += 3;
		else
			return *value == '\0';
	}
}

static void clean(const char *value, size_t chars, char *out, size_t n)
{
	const char *end;
	struct buf seen, whole;

	if (is_plain(value)) {
		copy_cut(value, chars, out, n);
		return;
	}
	end = value + strnlen(value, 4096);
	buf_init(&whole, 16384);
	buf_init(&seen, 16384);
	while (value < end)
		add_char(&whole, text_next(&value, end));
	text_drop_invisible(buf_str(&whole), &seen);
	copy_cut(buf_str(&seen), chars, out, n);
	buf_free(&whole);
	buf_free(&seen);
}

void template_put(struct template_values *v, const char *key, const char *value)
{
	const struct value_kind *kind = kind_of(key);
	unsigned char *place;

	assert(kind != NULL);
	place = &v->place[kind - kinds];
	if (*place == 0) {
		assert(v->count < TEMPLATE_VALUES);
		v->at[v->count].key = kind->key;
		*place = (unsigned char)++v->count;
	}
	clean(value == NULL ? "" : value, kind->chars, v->at[*place - 1].value, TEMPLATE_VALUE_MAX);
}

void template_putf(struct template_values *v, const char *key, const char *fmt, ...)
{
	char value[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(value, sizeof value, fmt, args);
	va_end(args);
	template_put(v, key, value);
}

static const char *value_of(const struct template_values *v, const char *key)
{
	const struct value_kind *kind = kind_of(key);
	int place = kind == NULL ? 0 : v->place[kind - kinds];

	return place == 0 ? "" : v->at[place - 1].value;
}

/* -- texts -------------------------------------------------------------------------------- */

bool template_check(enum template_name name, const char *text, char *wrong, size_t n)
{
	char key[KEY_MAX];

	assert(name < TPL_COUNT);
	for (const char *s = text; (s = strpbrk(s, "{}")) != NULL;) {
		size_t len = *s == '{' ? placeholder(s, key) : 0;

		if (len == 0 || !among(texts[name].knows, key)) {
			if (wrong != NULL && n > 0)
				copy_cut(len == 0 ? s : key, KEY_MAX, wrong, n);
			return false;
		}
		s += len;
	}
	return true;
}

static bool holds(const char *text, const char *key)
{
	char found[KEY_MAX];

	for (const char *s = text; (s = strchr(s, '{')) != NULL; s++)
		if (placeholder(s, found) > 0 && strcmp(found, key) == 0)
			return true;
	return false;
}

const char *template_missing(enum template_name name, const char *text)
{
	assert(name < TPL_COUNT);
	for (size_t i = 0; i < KINDS; i++)
		if (among(texts[name].needs, kinds[i].key) && !holds(text, kinds[i].key))
			return kinds[i].key;
	return NULL;
}

struct writer {
	char *out;
	size_t n, len;
	bool full; /* what comes later is not put into the gap that something long has left */
};

static void write_text(struct writer *w, const char *s, size_t len)
{
	size_t room = w->n - 1 - w->len;

	if (w->full)
		return;
	if (len > room) {
		w->full = true;
		for (len = room; len > 0 && ((unsigned char)s[len] & 0xC0) == 0x80;)
			len--;
	}
	memcpy(w->out + w->len, s, len);
	w->len += len;
	w->out[w->len] = '\0';
}

static void write_all(struct writer *w, const char *s)
{
	write_text(w, s, strlen(s));
}

static void write_signature(struct writer *w, const struct templates *t)
{
	if (t->signature[0] == '\0')
		return;
	write_all(w, "【");
	write_all(w, t->signature);
	write_all(w, "】");
}

void template_fill(const struct templates *t, enum template_name name,
	const struct template_values *v, char *out, size_t n)
{
	struct writer w = { .out = out, .n = n };
	const char *s;
	char key[KEY_MAX];

	assert(name < TPL_COUNT && n > 0);
	*out = '\0';
	if (!template_is_spoken(name))
		write_signature(&w, t);
	if (v->drill)
		write_all(&w, t->drill_mark);
	if (v->repeat)
		write_all(&w, t->repeat_mark);
	for (s = t->text[name]; *s != '\0';) {
		size_t plain = strcspn(s, "{"), len;

		write_text(&w, s, plain);
		s += plain;
		len = *s == '{' ? placeholder(s, key) : 0;
		if (len > 0)
			write_all(&w, value_of(v, key));
		else if (*s == '{')
			write_text(&w, s, len = 1);
		s += len;
	}
}

static bool starts(const char *s, const char *with)
{
	return with[0] != '\0' && strncmp(s, with, strlen(with)) == 0;
}

void template_repeat(const struct templates *t, const char *text, char *out, size_t n)
{
	struct writer w = { .out = out, .n = n }, head;
	char signature[sizeof t->signature + 8];

	assert(n > 0);
	*out = '\0';
	head = (struct writer){ .out = signature, .n = sizeof signature };
	*signature = '\0';
	write_signature(&head, t);
	if (starts(text, signature)) {
		write_all(&w, signature);
		text += head.len;
	}
	if (starts(text, t->drill_mark)) {
		write_all(&w, t->drill_mark);
		text += strlen(t->drill_mark);
	}
	if (!starts(text, t->repeat_mark))
		write_all(&w, t->repeat_mark);
	write_all(&w, text);
}

size_t template_units(const struct templates *t, enum template_name name)
{
	struct template_values v = { .count = 0 };
	char out[4096];

	assert(name < TPL_COUNT);
	for (size_t i = 0; i < KINDS; i++)
		if (holds(t->text[name], kinds[i].key))
			template_put(&v, kinds[i].key, kinds[i].ordinary);
	template_fill(t, name, &v, out, sizeof out);
	return text_units(out);
}
