/* modem_words.c - states and alarms in words. */
#include <assert.h>

#include "modem.h"

#include "banned.h"

const char *modem_state_name(enum modem_state s)
{
	static const char *const names[] = { "lost", "starting", "no_sim", "not_registered",
		"ready", "resync", "stopped", "out_of_service" };

	return names[s];
}

const char *modem_call_end_name(enum modem_call_end e)
{
	static const char *const names[] = { "confirmed", "answered", "busy", "no-answer", "failed",
		"not-tried" };

	return names[e];
}

/* clang-format off */
static const struct {
	const char *code, *text;
} alarms[MODEM_ALARMS] = {
	[MODEM_ALARM_NONE] = { "none", "" },
	[MODEM_ALARM_PIN] = { "pin",
		"SIM卡要求输入PIN码，没有配置或者已经试过一次。请用手机取消PIN码，或核对配置后重新插卡。" },
	[MODEM_ALARM_PUK] = { "puk", "SIM卡已锁（PUK）。请持单位证明到营业厅解锁。" },
	[MODEM_ALARM_NO_SIM] = { "no_sim", "模块里没有SIM卡，或者卡没有插好。请检查卡座。" },
	[MODEM_ALARM_OTHER_SIM] = { "other_sim",
		"SIM卡被换过，与配置的卡号（ICCID）不符，已停止发送。请确认后修改配置。" },
	[MODEM_ALARM_DENIED] = { "denied", "运营商拒绝这张SIM卡入网，可能停机或未实名。请联系运营商。" },
	[MODEM_ALARM_ROAMING] = { "roaming", "SIM卡处于漫游状态，配置不允许漫游发送。" },
	[MODEM_ALARM_NO_CENTRE] = { "no_centre", "SIM卡没有短信中心号码，不能发短信。请在配置中填写 smsc。" },
	[MODEM_ALARM_NO_SMS] = { "no_sms", "这个模块不支持PDU短信，不能使用。请更换模块。" },
	[MODEM_ALARM_STORAGE] = { "storage", "SIM卡短信存储超过七成，正在清理；存满后会收不到短信。" },
	[MODEM_ALARM_PLACE] = { "place", "SIM卡上有一条短信读不出来，一小时内不再重试。" },
	[MODEM_ALARM_SIGNAL] = { "signal", "信号太弱，短信可能发不出去。请移动天线或模块。" },
	[MODEM_ALARM_POWER] = { "power", "模块断电或供电不稳。请检查电源和USB线。" },
	[MODEM_ALARM_RIVAL] = { "rival",
		"有别的程序在使用这个串口（如 ModemManager）。请停用它，否则会丢短信。" },
	[MODEM_ALARM_LOST_OFTEN] = { "lost_often",
		"模块一小时内多次掉线，暂停30分钟。请检查USB线、供电和集线器。" },
	[MODEM_ALARM_MISSING] = { "missing",
		"找不到模块:设备路径不存在或打不开,已超过1分钟。请检查USB线、供电,核对配置里的 device。" },
	[MODEM_ALARM_RESTARTED] = { "restarted",
		"模块没有反应或长时间搜不到网络,已自动重启。常出现时请检查供电、天线和SIM卡。" },
	[MODEM_ALARM_HOT] = { "hot", "模块温度超过75度,可能死机或烧坏。请移到通风处,不要叠放。" },
	[MODEM_ALARM_SILENT] = { "silent", "模块没有反应，重启也没有恢复，10分钟后再试。请断电重插。" },
	[MODEM_ALARM_NO_CALLS] = { "no_calls",
		"这个模块或SIM卡不能打电话（语音被锁或没有开通），只能发短信。请换模块或联系运营商。" },
};
/* clang-format on */

const char *modem_alarm_name(enum modem_alarm a)
{
	assert(a < MODEM_ALARMS);
	return alarms[a].code;
}

const char *modem_alarm_text(enum modem_alarm a)
{
	assert(a < MODEM_ALARMS);
	return alarms[a].text;
}
