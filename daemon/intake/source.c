#include "source.h"

#include <stddef.h>
#include <string.h>

#include "banned.h"

struct word {
	const char *word, *code;
};

/* The first that stands in the text wins: the longer and surer words come first. */
/* clang-format off */
static const struct word sources[] = {
	{ "国家反诈中心APP", "app" }, { "国家反诈中心app", "app" }, { "国反APP", "app" },
	{ "国家反诈大数据", "ministry" }, { "国家反诈", "ministry" }, { "公安部", "ministry" }, { "部级", "ministry" },
	{ "96110", "96110" }, { "12381", "12381" }, { "12345", "12345" },
	{ "省厅", "province" }, { "省反诈", "province" }, { "省公安", "province" }, { "省级", "province" },
	{ "区反诈", "district" }, { "县反诈", "district" }, { "分局", "district" }, { "区级", "district" }, { "县级", "district" },
	{ "市反诈", "city" }, { "市局", "city" }, { "市公安", "city" }, { "市级", "city" }, { "总队", "city" }, { "支队", "city" },
	{ "派出所", "station" }, { "银行", "bank" }, { "信用社", "bank" }, { "邮储", "bank" },
	{ "运营商", "carrier" }, { "移动公司", "carrier" }, { "联通", "carrier" }, { "电信公司", "carrier" },
	{ "举报", "tip" }, { "群众", "tip" },
};
static const struct word whole_sources[] = {
	{ "部", "ministry" }, { "省", "province" }, { "市", "city" }, { "区", "district" }, { "县", "district" },
	{ "手工", "manual" }, { "人工", "manual" }, { "人工录入", "manual" }, { "手工录入", "manual" },
	{ "app", "app" }, { "APP", "app" }, { "反诈APP", "app" },
	{ "ministry", "ministry" }, { "province", "province" }, { "city", "city" }, { "district", "district" },
	{ "bank", "bank" }, { "carrier", "carrier" }, { "tip", "tip" }, { "station", "station" }, { "manual", "manual" },
};
static const struct word ends[] = {
	{ "资金", "funds" }, { "电话", "phone" }, { "通联", "phone" }, { "话单", "phone" }, { "通话", "phone" },
	{ "APP", "app" }, { "app", "app" }, { "App", "app" }, { "网络", "net" }, { "网站", "net" }, { "网址", "net" },
	{ "取现", "cash" }, { "线下", "cash" }, { "现金", "cash" },
	{ "funds", "funds" }, { "phone", "phone" }, { "net", "net" }, { "cash", "cash" },
};
static const struct word source_names[] = {
	{ "国家反诈大数据平台", "ministry" }, { "省厅", "province" }, { "市反诈中心", "city" }, { "区反诈中心", "district" },
	{ "国家反诈中心APP", "app" }, { "银行", "bank" }, { "运营商", "carrier" }, { "群众举报", "tip" },
	{ "派出所", "station" }, { "人工录入", "manual" },
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const char *inside(const struct word *table, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(text, table[i].word) != NULL)
			return table[i].code;
	return NULL;
}

static const char *whole(const struct word *table, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(text, table[i].word) == 0)
			return table[i].code;
	return NULL;
}

static const char *named(const struct word *table, size_t n, const char *code)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(code, table[i].code) == 0)
			return table[i].word;
	return code;
}

const char *source_end_of_word(const char *word)
{
	return inside(ends, COUNT(ends), word);
}

/* 部资金端, 省电话端: the level of the office stands before the end. */
static const char *before_end(const char *word)
{
	static const struct word prefixes[] = { { "部", "ministry" }, { "省", "province" },
		{ "市", "city" }, { "区", "district" }, { "县", "district" } };

	if (source_end_of_word(word) == NULL)
		return NULL;
	for (size_t i = 0; i < COUNT(prefixes); i++)
		if (strncmp(word, prefixes[i].word, strlen(prefixes[i].word)) == 0)
			return prefixes[i].code;
	return NULL;
}

const char *source_of_word(const char *word)
{
	const char *code = whole(whole_sources, COUNT(whole_sources), word);

	if (code == NULL)
		code = before_end(word);
	return code != NULL ? code : inside(sources, COUNT(sources), word);
}

const char *source_name(const char *code)
{
	return named(source_names, COUNT(source_names), code);
}
