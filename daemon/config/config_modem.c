/* config_modem.c - keys of a modem and its card that need more than a range. */
#include "config_modem.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "carrier.h"
#include "config_wrong.h"
#include "modem.h"
#include "money.h"

#include "banned.h"

enum { LOOP_DAILY_MIN = 24 * 60 };

static const char *check_digits(const char *text, size_t least, size_t most, const char *why)
{
	size_t n = strspn(text, "0123456789");

	return text[n] == '\0' && n >= least && n <= most ? NULL : why;
}

const char *config_iccid_check(const char *text)
{
	return check_digits(text, 6, 20, "要写SIM卡上印的卡号(ICCID):6到20位数字,可以只写前面几位");
}

const char *config_imei_check(const char *text)
{
	return check_digits(text, 14, 16, "要写模块的IMEI:14到16位数字,标签上有");
}

const char *config_profile_check(const char *text)
{
	return modem_is_profile(text)
		       ? NULL
		       : "要写 sim800、simcom、quectel2g、quectel、huawei2g、huawei、"
			 "ublox、generic 之一;不写就自动识别";
}

/* -- power_command ---------------------------------------------------------------------------- */

static bool one_word(struct config_reader *r, const struct config_node *n, void *target)
{
	struct channel_settings *c = target;
	char word[SETTINGS_WORD];
	size_t i = 0;

	while (i < SETTINGS_WORDS && c->modem.power_command[i][0] != '\0')
		i++;
	if (!config_text(r, n, word, sizeof word))
		return false;
	if (i == SETTINGS_WORDS)
		return config_wrong(r->error, n, "power_command 最多 %d 个词", SETTINGS_WORDS);
	if (word[0] == '\0')
		return config_wrong(r->error, n, "power_command 里不能有空的词");
	if (i == 0 && word[0] != '/')
		return config_wrong(r->error, n,
			"power_command 的第一个词要写程序的完整路径,如 \"/usr/sbin/uhubctl\"");
	config_put(c->modem.power_command[i], SETTINGS_WORD, word);
	return true;
}

bool config_power(struct config_reader *r, const struct config_node *n, void *target)
{
	return config_words(r, n, target, one_word);
}

/* -- calls ------------------------------------------------------------------------------------- */

const char *config_call_file_check(const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && strchr("._-", *c) == NULL)
			return "要写模块上的文件名,只能有字母、数字、点、减号和下划线,如 "
			       "\"task.amr\"";
	return NULL;
}

static bool one_speech_word(struct config_reader *r, const struct config_node *n, void *target)
{
	struct channel_settings *c = target;
	char word[SETTINGS_WORD];
	size_t i = 0;

	while (i < SETTINGS_WORDS && c->modem.speech_command[i][0] != '\0')
		i++;
	if (!config_text(r, n, word, sizeof word))
		return false;
	if (i == SETTINGS_WORDS)
		return config_wrong(r->error, n, "speech_command 最多 %d 个词", SETTINGS_WORDS);
	if (word[0] == '\0')
		return config_wrong(r->error, n, "speech_command 里不能有空的词");
	config_put(c->modem.speech_command[i], SETTINGS_WORD, word);
	return true;
}

/* It must be told where to write, and what. */
bool config_speech(struct config_reader *r, const struct config_node *n, void *target)
{
	const struct channel_settings *c = target;
	bool out = false, text = false;

	if (!config_words(r, n, target, one_speech_word))
		return false;
	for (size_t i = 0; i < SETTINGS_WORDS; i++) {
		const char *word = c->modem.speech_command[i];

		out |= strstr(word, "{out}") != NULL;
		text |= strstr(word, "{text}") != NULL || strstr(word, "{file}") != NULL;
	}
	return (out && text) ||
	       config_wrong(r->error, n,
		       "speech_command 里要有 {out}(写出的WAV文件)和 {text} 或 {file}(要念的话)");
}

/* -- credit -------------------------------------------------------------------------------------- */

static const char *check_query(const char *text)
{
	static const char why[] = "要写成 \"ussd:*100#\" 或 \"sms:10086:CXYE\"";
	size_t n;

	if (strncmp(text, "ussd:", 5) == 0) {
		n = strspn(text + 5, "*#0123456789");
		return n > 0 && n < 24 && text[5 + n] == '\0' ? NULL : why;
	}
	if (strncmp(text, "sms:", 4) != 0)
		return why;
	n = strspn(text + 4, "0123456789");
	return n >= 3 && n <= 15 && text[4 + n] == ':' && text[5 + n] != '\0' ? NULL : why;
}

/* The name of an operator stands for the pattern of its answers. */
static bool read_pattern(struct config_reader *r, const struct config_node *n, void *target)
{
	struct channel_settings *c = target;
	const struct carrier *of;
	const char *why;
	char text[sizeof c->modem.credit_pattern];

	if (!config_text(r, n, text, sizeof text))
		return false;
	of = carrier_named(text);
	if (of != NULL)
		config_put(text, sizeof text, of->pattern);
	else if ((why = carrier_pattern_check(text)) != NULL)
		return config_wrong(r->error, n, "pattern %s", why);
	config_put(c->modem.credit_pattern, sizeof c->modem.credit_pattern, text);
	return true;
}

static bool read_low(struct config_reader *r, const struct config_node *n, void *target)
{
	struct channel_settings *c = target;
	char text[32];
	struct money m;

	if (!config_text(r, n, text, sizeof text))
		return false;
	if (money_parse(text, MONEY_YUAN, false, &m) != MONEY_OK || m.approx || m.fen > 10000000)
		return config_wrong(r->error, n, "low 要写金额,如 \"10元\",不超过10万元");
	c->modem.credit_low_fen = m.fen;
	return true;
}

#define AT(field) offsetof(struct channel_settings, modem.field)
#define SIZE(field) sizeof((struct channel_settings *)0)->modem.field

/* clang-format off */
static const struct config_key credit_keys[] = {
	{ "query", KEY_TEXT, AT(credit_query), SIZE(credit_query), 1, 0, check_query, NULL },
	{ "pattern", KEY_OWN, 0, 0, 0, 0, NULL, read_pattern },
	{ "low", KEY_OWN, 0, 0, 0, 0, NULL, read_low },
};
/* clang-format on */

bool config_credit(struct config_reader *r, const struct config_node *n, void *target)
{
	const struct channel_settings *c = target;

	if (!config_keys_read(r, n, credit_keys, sizeof credit_keys / sizeof *credit_keys, target))
		return false;
	if (c->modem.credit_query[0] == '\0')
		return config_wrong(r->error, n, "credit 没有写 query,例如 \"sms:10086:CXYE\"");
	return true;
}

bool config_loop(struct config_reader *r, const struct config_node *n, void *target)
{
	struct channel_settings *c = target;
	int64_t ms;

	if (!config_ms(r, n, 0, KEY_D(7), &ms))
		return false;
	if (ms != 0 && ms < KEY_H(1))
		return config_wrong(r->error, n, "loop_every 要在 1小时 到 7天 之间,不做写 0");
	c->modem.loop_min = (int)(ms / KEY_MIN(1));
	return true;
}

void config_modem_imei(struct channel_settings *c)
{
	if (strncmp(c->device, "imei:", 5) != 0)
		return;
	config_put(c->modem.imei, sizeof c->modem.imei, c->device + 5);
	config_put(c->device, sizeof c->device, "");
}

void config_modem_fill(struct channel_settings *c, bool simulated)
{
	if (c->modem.loop_min < 0)
		c->modem.loop_min = simulated ? 0 : LOOP_DAILY_MIN;
	if (c->modem.loop_to[0] == '\0')
		config_put(c->modem.loop_to, sizeof c->modem.loop_to, c->own_number);
}
