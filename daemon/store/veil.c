#include "veil.h"

#include <stdbool.h>
#include <string.h>

#include "json.h"
#include "mask.h"
#include "text.h"

#include "banned.h"

typedef char *mask_fn(const char *value, char *out, size_t n);

enum { LONG_RUN = 7, ID_DIGITS = 18, MASKED = 128 };

static char *mask_nothing(const char *value, char *out, size_t n)
{
	size_t len = strlen(value);

	if (len >= n)
		return mask_any(value, out, n);
	memcpy(out, value, len + 1);
	return out;
}

/* "phone:13800138000", "url:…": the kind stays, the value is masked. */
static char *mask_suspect(const char *value, char *out, size_t n)
{
	const char *colon = strchr(value, ':');
	size_t head = colon == NULL ? 0 : (size_t)(colon - value) + 1;

	if (head >= n)
		head = 0;
	memcpy(out, value, head);
	mask_any(value + head, out + head, n - head);
	return out;
}

static char *mask_away(const char *value, char *out, size_t n)
{
	(void)value;
	(void)n;
	memcpy(out, "***", 4);
	return out;
}

static const struct {
	const char *key;
	mask_fn *mask;
} keys[] = {
	{ "name", mask_name },
	{ "family_name", mask_name },
	{ "officer", mask_name },
	{ "payee", mask_name },
	{ "phones", mask_phone },
	{ "phone", mask_phone },
	{ "family_phone", mask_phone },
	{ "officer_phone", mask_phone },
	{ "id_no", mask_id },
	{ "birth", mask_away },
	{ "address", mask_address },
	{ "addr_reg", mask_address },
	{ "door", mask_away },
	{ "remark", mask_away },
	{ "suspects", mask_suspect },
	{ "out_account", mask_account },
	{ "in_account", mask_account },
	{ "tx_no", mask_account },
};

/* Codes, places above the house, times and figures. */
static const char *const harmless[] = { "source", "warn_no", "channel_end", "level", "level_raw",
	"fraud_type", "fraud_type_raw", "id_type", "sex", "village", "area", "grid_code", "brief",
	"station", "bank", "in_bank", "amount", "saved_amount", "warn_time", "issue_time",
	"call_time", "tx_time", "deadline_ack", "deadline_meet", "deadline_feedback", "flags",
	"kind", "relation", "missing" };

static mask_fn *mask_of(const char *key)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(keys[i].key, key) == 0)
			return keys[i].mask;
	for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
		if (strcmp(harmless[i], key) == 0)
			return mask_nothing;
	return mask_any;
}

static json_t *veil_value(const json_t *value, mask_fn *mask);

static json_t *veil_object(const json_t *o)
{
	json_t *out = json_object(), *copy;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)o, key, value) {
		copy = veil_value(value, mask_of(key));
		json_object_set_new(out, key, copy);
	}
	return out;
}

static json_t *veil_list(const json_t *list, mask_fn *mask)
{
	json_t *out = json_array(), *value;
	size_t i;

	json_array_foreach((json_t *)list, i, value) {
		json_array_append_new(out, veil_value(value, mask));
	}
	return out;
}

/* Numbers are ages, sums and counts: they stay, unless a long one hides a telephone. */
static json_t *veil_value(const json_t *value, mask_fn *mask)
{
	char out[MASKED];

	if (json_is_string(value))
		return json_string(json_string_value(value)[0] == '\0'
					   ? ""
					   : mask(json_string_value(value), out, sizeof out));
	if (json_is_array(value))
		return veil_list(value, mask);
	if (json_is_object(value))
		return veil_object(value);
	if (mask != mask_nothing && json_is_integer(value) &&
		json_integer_value(value) > 9999999999)
		return json_string("***");
	return json_deep_copy(value);
}

json_t *veil_json(const json_t *value)
{
	return veil_value(value, mask_any);
}

/* 17号 is a task; 6组12号 is a door: 号 counts behind the word of a place only. */
static bool behind_place(const char *text, const char *at)
{
	static const char *const places[] = { "组", "队", "村", "路", "弄", "街", "巷", "庄", "区",
		"苑", "园" };

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		size_t n = strlen(places[i]);

		if ((size_t)(at - text) >= n && memcmp(at - n, places[i], n) == 0)
			return true;
	}
	return false;
}

static bool is_door(const char *text, const char *at, const char *behind)
{
	static const char *const units[] = { "室", "幢", "弄", "单元", "栋" };

	if (strncmp(behind, "号", strlen("号")) == 0)
		return behind_place(text, at);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strncmp(behind, units[i], strlen(units[i])) == 0)
			return true;
	return false;
}

static size_t put_digits(const char *text, const char *s, struct buf *out)
{
	size_t n = strspn(s, "0123456789");
	char run[ID_DIGITS + 2], masked[MASKED];

	if (n == ID_DIGITS - 1 && (s[n] == 'X' || s[n] == 'x'))
		n++;
	if (n < LONG_RUN && !is_door(text, s, s + n)) {
		buf_add(out, s, n);
	} else if (n < LONG_RUN) {
		buf_addc(out, '*');
	} else if (n > ID_DIGITS) {
		buf_adds(out, "***");
	} else {
		memcpy(run, s, n);
		run[n] = '\0';
		buf_adds(out, n == ID_DIGITS ? mask_id(run, masked, sizeof masked)
					     : mask_phone(run, masked, sizeof masked));
	}
	return n;
}

static size_t put_name(const char *s, const char *const *names, size_t count, struct buf *out)
{
	char masked[MASKED];

	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(names[i]);

		/* A single character is a word of the text more often than a name. */
		if (n < 6 || strncmp(s, names[i], n) != 0)
			continue;
		buf_adds(out, mask_name(names[i], masked, sizeof masked));
		return n;
	}
	return 0;
}

void veil_prose(const char *text, const char *const *names, size_t count, struct buf *out)
{
	for (const char *at = text; *at != '\0';) {
		size_t n;

		if (*at >= '0' && *at <= '9') {
			at += put_digits(text, at, out);
			continue;
		}
		n = put_name(at, names, count, out);
		if (n == 0) {
			n = text_prefix(at, 1);
			buf_add(out, at, n);
		}
		at += n;
	}
}
