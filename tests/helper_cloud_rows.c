/* The rows of test_cloud.c: what each provider is asked and answers. Long lines are data. */
#include <stddef.h>

#include "test_cloud_rows.h"

#include "banned.h"

/* clang-format off */
#define ALI_KEYS_ "\"access_key_id\":\"testId\",\"access_key_secret\":\"testSecret\""
#define MAP "\"templates\":[{\"name\":\"alert\",\"code\":\"SMS_1\",\"params\":[\"code\",\"name\",\"area\"]},{\"name\":\"taken\",\"code\":\"SMS_2\",\"params\":{\"code\":\"no\",\"who\":\"person\"}}]"
#define VOICE_MAP "\"voice_templates\":[{\"name\":\"alert\",\"code\":\"TTS_1\",\"params\":[\"code\",\"name\",\"area\"]},{\"name\":\"alarm\",\"code\":\"alarm.wav\",\"file\":true}]"
#define VALUES "{\"code\":\"17\",\"name\":\"王*\",\"area\":\"李庄3组\",\"who\":\"李*\"}"

const struct account_row cloud_accounts[] = {
	{ "aliyun", "aliyun", "{" ALI_KEYS_ ",\"sign\":\"示例镇反诈\",\"cost\":5,\"report_queue\":\"Alicom-Queue-1-SmsReport\",\"voice_queue\":\"Alicom-Queue-1-VoiceReport\"," MAP "," VOICE_MAP "}" },
	{ "aliyun-rpc", "aliyun", "{" ALI_KEYS_ ",\"sign\":\"示例镇反诈\",\"signature\":\"rpc\"," MAP "}" },
	{ "aliyun-sts", "aliyun", "{" ALI_KEYS_ ",\"sign\":\"示例镇反诈\",\"security_token\":\"STS.tok\",\"endpoint\":\"http://127.0.0.1:8443\",\"extend_code\":\"01\"," MAP "}" },
	{ NULL, NULL, NULL },
};

const struct request_row cloud_requests[] = {
	{ "aliyun", "an SMS", false, "13800138000", "alert", VALUES, "x", NULL, "POST https://dysmsapi.aliyuncs.com/\nContent-Type: application/x-www-form-urlencoded\nx-acs-action: SendSms\nx-acs-version: 2017-05-25\nx-acs-date: 2023-09-19T06:30:00Z\nx-acs-signature-nonce: 3156853299f313e23d1673dc12e1703d\nx-acs-content-sha256: 734689d17aea25bc6205ba056de732aae62d1433210cfe9416bd85998c0a89d8\nAuthorization: ACS3-HMAC-SHA256 Credential=testId,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=85081658b2fb8d2b5b64b1d829c61e8f29a91b4038f33ef1dc1ce0ef7f069303\n\nPhoneNumbers=13800138000&SignName=%E7%A4%BA%E4%BE%8B%E9%95%87%E5%8F%8D%E8%AF%88&TemplateCode=SMS_1&TemplateParam=%7B%22code%22%3A%2217%22%2C%22name%22%3A%22%E7%8E%8B%2A%22%2C%22area%22%3A%22%E6%9D%8E%E5%BA%843%E7%BB%84%22%7D&OutId=T20230919x0001" },
	{ "aliyun", "named values", false, "+8613800138000", "taken", VALUES, "x", NULL, "POST https://dysmsapi.aliyuncs.com/\nContent-Type: application/x-www-form-urlencoded\nx-acs-action: SendSms\nx-acs-version: 2017-05-25\nx-acs-date: 2023-09-19T06:30:00Z\nx-acs-signature-nonce: 3156853299f313e23d1673dc12e1703d\nx-acs-content-sha256: d5a47da04472eb0da4beae2aa3f7813e897ea9e7baac1d53aa3c392da077338f\nAuthorization: ACS3-HMAC-SHA256 Credential=testId,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=ec5366694ec30b3bcb8d0bd4065f6987fb8cf5d013adbe37d64a8700282b9975\n\nPhoneNumbers=13800138000&SignName=%E7%A4%BA%E4%BE%8B%E9%95%87%E5%8F%8D%E8%AF%88&TemplateCode=SMS_2&TemplateParam=%7B%22no%22%3A%2217%22%2C%22person%22%3A%22%E6%9D%8E%2A%22%7D&OutId=T20230919x0001" },
	{ "aliyun-rpc", "an SMS the old way", false, "13800138000", "alert", VALUES, "x", NULL, "POST https://dysmsapi.aliyuncs.com/\nContent-Type: application/x-www-form-urlencoded\n\nPhoneNumbers=13800138000&SignName=%E7%A4%BA%E4%BE%8B%E9%95%87%E5%8F%8D%E8%AF%88&TemplateCode=SMS_1&TemplateParam=%7B%22code%22%3A%2217%22%2C%22name%22%3A%22%E7%8E%8B%2A%22%2C%22area%22%3A%22%E6%9D%8E%E5%BA%843%E7%BB%84%22%7D&OutId=T20230919x0001&AccessKeyId=testId&Action=SendSms&Format=JSON&RegionId=cn-hangzhou&SignatureMethod=HMAC-SHA1&SignatureNonce=3156853299f313e23d1673dc12e1703d&SignatureVersion=1.0&Timestamp=2023-09-19T06%3A30%3A00Z&Version=2017-05-25&Signature=6%2BGk22C%2FwtMqptmYxuHbd9G0nJc%3D" },
	{ "aliyun-sts", "a temporary key and a port", false, "008613800138000", "alert", "{\"code\":\"17\"}", "x", NULL, "POST http://127.0.0.1:8443/\nContent-Type: application/x-www-form-urlencoded\nx-acs-action: SendSms\nx-acs-version: 2017-05-25\nx-acs-date: 2023-09-19T06:30:00Z\nx-acs-signature-nonce: 3156853299f313e23d1673dc12e1703d\nx-acs-content-sha256: 9e394888f19289d90291db87c5931e6628bc535c94f40ff2f4c668a42175c701\nx-acs-security-token: STS.tok\nAuthorization: ACS3-HMAC-SHA256 Credential=testId,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version,Signature=d0fea874863744b4acec96614afeeb6ff164dac0c561a01de5ccb744956eae5e\n\nPhoneNumbers=13800138000&SignName=%E7%A4%BA%E4%BE%8B%E9%95%87%E5%8F%8D%E8%AF%88&TemplateCode=SMS_1&TemplateParam=%7B%22code%22%3A%2217%22%2C%22name%22%3A%22-%22%2C%22area%22%3A%22-%22%7D&SmsUpExtendCode=01&OutId=T20230919x0001" },
	{ "aliyun", "a call", true, "13800138000", "alert", VALUES, "x", NULL, "POST https://dyvmsapi.aliyuncs.com/\nContent-Type: application/x-www-form-urlencoded\nx-acs-action: SingleCallByTts\nx-acs-version: 2017-05-25\nx-acs-date: 2023-09-19T06:30:00Z\nx-acs-signature-nonce: 3156853299f313e23d1673dc12e1703d\nx-acs-content-sha256: 2a2dd426c1b92aa5722f4faec1d139cabeef1c69367214d834ad675ac7775145\nAuthorization: ACS3-HMAC-SHA256 Credential=testId,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=b6e2725484406734e0924813dd11b843c1e04bc93de0381255c2821b1c9323bb\n\nCalledNumber=13800138000&TtsCode=TTS_1&TtsParam=%7B%22code%22%3A%2217%22%2C%22name%22%3A%22%E7%8E%8B%E6%9F%90%22%2C%22area%22%3A%22%E6%9D%8E%E5%BA%843%E7%BB%84%22%7D&PlayTimes=2&Volume=100&Speed=-100&OutId=T20230919x0001" },
	{ "aliyun", "a call that plays a file to a landline", true, "021-55550000", "alarm", "", "x", NULL, "POST https://dyvmsapi.aliyuncs.com/\nContent-Type: application/x-www-form-urlencoded\nx-acs-action: SingleCallByVoice\nx-acs-version: 2017-05-25\nx-acs-date: 2023-09-19T06:30:00Z\nx-acs-signature-nonce: 3156853299f313e23d1673dc12e1703d\nx-acs-content-sha256: 1752d796b8fda8a9d59ce988fd05599f1cb1c24fd9d085a4426d701314822f28\nAuthorization: ACS3-HMAC-SHA256 Credential=testId,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=342b0f9e09e50158fabf034a92bb1e16f206cb6afee2efec8770dcf18994dd22\n\nCalledNumber=02155550000&VoiceCode=alarm.wav&PlayTimes=2&Volume=100&Speed=-100&OutId=T20230919x0001" },
	{ "aliyun", "what became of an SMS", false, "13800138000", "alert", VALUES, "x", "", "POST https://dysmsapi.aliyuncs.com/\nContent-Type: application/x-www-form-urlencoded\nx-acs-action: QuerySendDetails\nx-acs-version: 2017-05-25\nx-acs-date: 2023-09-19T06:30:00Z\nx-acs-signature-nonce: 3156853299f313e23d1673dc12e1703d\nx-acs-content-sha256: fd0d33637b23e453c2d75a41a07255d5a36b398271900429b180815bb2381626\nAuthorization: ACS3-HMAC-SHA256 Credential=testId,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=cfced3ec34230ec631e65759ec18ea0f02fbdfd9e16520d6e534613a4816f13e\n\nPhoneNumber=13800138000&SendDate=20230919&PageSize=50&CurrentPage=1" },
	{ "aliyun", "what became of a call", true, "13800138000", "alert", VALUES, "x", "134523^4351232", "POST https://dyvmsapi.aliyuncs.com/\nContent-Type: application/x-www-form-urlencoded\nx-acs-action: QueryCallDetailByCallId\nx-acs-version: 2017-05-25\nx-acs-date: 2023-09-19T06:30:00Z\nx-acs-signature-nonce: 3156853299f313e23d1673dc12e1703d\nx-acs-content-sha256: f9e8b81ed19bba52965d1b9e8feed1ed52525be567eb8805f9d1dcaa2625880b\nAuthorization: ACS3-HMAC-SHA256 Credential=testId,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=151d254805cf2af5a9ae31329f6cf25dfa9d5261089b37c65c24e5ca5d415896\n\nCallId=134523%5E4351232&ProdId=11000000300006&QueryDate=1695105000000" },
	{ NULL },
};

#define J "application/json"
const struct answer_row cloud_answers[] = {
	{ "aliyun", "good", false, 200, J, "{\"Message\":\"OK\",\"RequestId\":\"F655A8D5\",\"Code\":\"OK\",\"BizId\":\"900619746936498440^0\"}", "OK id=900619746936498440^0 code=OK" },
	{ "aliyun", "a good call", true, 200, J, "{\"Code\":\"OK\",\"CallId\":\"134523^4351232\"}", "OK id=134523^4351232 code=OK" },
	{ "aliyun", "minute limit", false, 200, J, "{\"Code\":\"isv.BUSINESS_LIMIT_CONTROL\",\"Message\":\"触发分钟级流控Permits:1\"}", "RATE id= code=isv.BUSINESS_LIMIT_CONTROL 60" },
	{ "aliyun", "hour limit", false, 200, J, "{\"Code\":\"isv.BUSINESS_LIMIT_CONTROL\",\"Message\":\"触发小时级流控Permits:5\"}", "RATE id= code=isv.BUSINESS_LIMIT_CONTROL 3600" },
	{ "aliyun", "day limit", false, 200, J, "{\"Code\":\"isv.BUSINESS_LIMIT_CONTROL\",\"Message\":\"触发天级流控Permits:10\"}", "OTHER id= code=isv.BUSINESS_LIMIT_CONTROL" },
	{ "aliyun", "the clock", false, 400, J, "{\"Code\":\"InvalidTimeStamp.Expired\",\"Message\":\"Specified time stamp or date value is expired.\"}", "CONFIG id= code=InvalidTimeStamp.Expired clock" },
	{ NULL },
};

#define ALI_BODY "{\"Code\":\"%s\",\"Message\":\"x\"}"
const struct code_row cloud_code_rows[] = {
	{ "aliyun", false, 200, ALI_BODY, CLOUD_RETRY, false, "isp.SYSTEM_ERROR isp.GATEWAY_ERROR ServiceUnavailable InternalError SignatureNonceUsed ISP.system_error" },
	{ "aliyun", false, 400, ALI_BODY, CLOUD_RATE, false, "isv.BUSINESS_LIMIT_CONTROL Throttling Throttling.User Throttling.Api" },
	{ "aliyun", false, 200, ALI_BODY, CLOUD_OTHER, false, "isv.DAY_LIMIT_CONTROL isv.MONTH_LIMIT_CONTROL" },
	{ "aliyun", false, 200, ALI_BODY, CLOUD_CONFIG, false, "isv.OUT_OF_SERVICE isv.AMOUNT_NOT_ENOUGH isv.ACCOUNT_NOT_EXISTS isv.ACCOUNT_ABNORMAL isv.PRODUCT_UN_SUBSCRIPT isv.PRODUCT_UNSUBSCRIBE isp.RAM_PERMISSION_DENY isv.DENY_IP_RANGE isv.SMS_SIGNATURE_SCENE_ILLEGAL isv.SMS_SIGN_ILLEGAL isv.SIGN_STATE_ILLEGAL isv.SMS_SIGNATURE_ILLEGAL isv.SMS_TEMPLATE_ILLEGAL isv.EXTEND_CODE_ERROR InvalidAccessKeyId.NotFound SignatureDoesNotMatch InvalidTimeStamp.Expired" },
	{ "aliyun", false, 200, ALI_BODY, CLOUD_NUMBER, false, "isv.MOBILE_NUMBER_ILLEGAL isv.DOMESTIC_NUMBER_NOT_SUPPORTED" },
	{ "aliyun", false, 200, ALI_BODY, CLOUD_MESSAGE, false, "isv.MOBILE_COUNT_OVER_LIMIT isv.TEMPLATE_MISSING_PARAMETERS isv.TEMPLATE_PARAMS_ILLEGAL isv.INVALID_JSON_PARAM isv.PARAM_LENGTH_LIMIT isv.PARAM_NOT_SUPPORT_URL isv.BLACK_KEY_CONTROL_LIMIT isv.SMS_CONTENT_ILLEGAL" },
	{ "aliyun", false, 200, ALI_BODY, CLOUD_RETRY, true, "isv.SOMETHING_NEW x" },
	{ NULL },
};

#define RECEIPT "{\"phone_number\":\"13800138000\",\"send_time\":\"2023-09-19 14:30:00\",\"report_time\":\"2023-09-19 14:30:05\",\"success\":true,\"err_code\":\"DELIVERED\",\"err_msg\":\"用户接收成功\",\"sms_size\":\"1\",\"biz_id\":\"9^0\",\"out_id\":\"T1\"}"
#define RECEIPT_EVENT "report id=9^0 ref=T1 to=13800138000 delivered OK DELIVERED @1695105005\n"
#define ALI_THANKS "{\"code\":0,\"msg\":\"接收成功\"}"
const struct hook_row cloud_hooks[] = {
	{ "aliyun", "a receipt", "receipt", J, NULL, NULL, "[" RECEIPT "]", CLOUD_HOOK_TAKEN, ALI_THANKS, RECEIPT_EVENT },
	{ "aliyun", "receipts of every kind", "receipt", J, NULL, NULL, "[{\"phone_number\":13800138000,\"success\":false,\"err_code\":\"DB:0101\",\"biz_id\":9},{\"phone_number\":\"1\",\"success\":\"false\",\"err_code\":\"DB:0102\",\"biz_id\":\"8\"},{\"success\":false,\"err_code\":\"MK:0001\",\"biz_id\":\"7\"}]", CLOUD_HOOK_TAKEN, NULL, "report id=9 ref= to=13800138000 failed NUMBER DB:0101 @0\nreport id=8 ref= to=1 failed NO_REPLY DB:0102 @0\nreport id=7 ref= to= failed OTHER MK:0001 @0\n" },
	{ "aliyun", "replies, with either kind of id", "inbound", J, NULL, NULL, "[{\"phone_number\":\"13800138000\",\"content\":\"171 中𠮷\",\"send_time\":\"2023-09-19 14:30:00\",\"sign_name\":\"示例镇反诈\",\"dest_code\":\"1234\",\"sequence_id\":1234567890},{\"phone_number\":\"13800138000\",\"content\":\"170\",\"sequence_id\":\"x9\"}]", CLOUD_HOOK_TAKEN, ALI_THANKS, "reply id=1234567890 ref= to=13800138000 171 中𠮷 @1695105000\nreply id=x9 ref= to=13800138000 170 @0\n" },
	{ "aliyun", "a call with a key", "voice", J, NULL, NULL, "[{\"call_id\":\"1^2\",\"out_id\":\"T1\",\"callee\":\"13800138000\",\"status_code\":\"300000\",\"dtmf\":\"1\",\"end_time\":\"2023-09-19 14:30:00\"},{\"call_id\":\"1^3\",\"status_code\":\"200002\",\"callee\":\"1\"},{\"call_id\":\"1^4\",\"status_code\":200010}]", CLOUD_HOOK_TAKEN, ALI_THANKS, "report id=1^2 ref=T1 to=13800138000 delivered OK 300000 @1695105000\nkey id=1^2 ref=T1 to=13800138000 1 @1695105000\nreport id=1^3 ref= to=1 failed BUSY 200002 @0\nreport id=1^4 ref= to= failed NO_REPLY 200010 @0\n" },
	{ "aliyun", "no array", "receipt", J, NULL, NULL, RECEIPT, CLOUD_HOOK_UNREADABLE, NULL, "" },
	{ "aliyun", "something else", "receipt", J, NULL, NULL, "[{\"a\":1}]", CLOUD_HOOK_UNREADABLE, NULL, "" },
	{ "aliyun", "a page", "receipt", "text/html", NULL, NULL, "<html>", CLOUD_HOOK_UNREADABLE, NULL, "" },
	{ "aliyun", "nothing", "receipt", J, NULL, NULL, "", CLOUD_HOOK_UNREADABLE, NULL, "" },
	{ NULL },
};

#define TOKEN "{\"Code\":\"OK\",\"MessageTokenDTO\":{\"AccessKeyId\":\"STS.a\",\"AccessKeySecret\":\"s\",\"SecurityToken\":\"t+/=\",\"ExpireTime\":\"2023-09-19 15:30:00\"}}"
const struct poll_row cloud_polls[] = {
	{ "aliyun", "a token, a receipt, nothing more", 0, { { 200, TOKEN },
		{ 200, "<?xml version=\"1.0\"?><Message xmlns=\"http://mns.aliyuncs.com/doc/v1/\"><MessageId>5F</MessageId><ReceiptHandle>1-ODU4OTkz</ReceiptHandle><MessageBody>eyJiaXpfaWQiOiI5XjAiLCJvdXRfaWQiOiJUMSIsInBob25lX251bWJlciI6IjEzODAwMTM4MDAwIiwic3VjY2VzcyI6dHJ1ZSwiZXJyX2NvZGUiOiJERUxJVkVSRUQiLCJyZXBvcnRfdGltZSI6IjIwMjMtMDktMTkgMTQ6MzA6MDUifQ==</MessageBody></Message>" },
		{ 404, "<Error><Code>MessageNotExist</Code><Message>Message not exist.</Message></Error>" } }, "POST https://dybaseapi.aliyuncs.com/\nContent-Type: application/x-www-form-urlencoded\n\nMessageType=SmsReport&QueueName=Alicom-Queue-1-SmsReport&AccessKeyId=testId&Action=QueryTokenForMnsQueue&Format=JSON&RegionId=cn-hangzhou&SignatureMethod=HMAC-SHA1&SignatureNonce=3156853299f313e23d1673dc12e1703d&SignatureVersion=1.0&Timestamp=2023-09-19T06%3A30%3A00Z&Version=2017-05-25&Signature=0HWzbSmVVPwlgpNLAPXtRzhavEM%3D\nmore\nGET https://1943695596114318.mns.cn-hangzhou.aliyuncs.com/queues/Alicom-Queue-1-SmsReport/messages?waitseconds=10\nContent-Type: text/xml;charset=UTF-8\nDate: Tue, 19 Sep 2023 06:30:00 GMT\nx-mns-version: 2015-06-06\nsecurity-token: t+/=\nAuthorization: MNS STS.a:Vv6svw/6Xu+OcrvptRMSkliRo/4=\n\n\nmore\nreport id=9^0 ref=T1 to=13800138000 delivered OK DELIVERED @1695105005\nconfirm DELETE https://1943695596114318.mns.cn-hangzhou.aliyuncs.com/queues/Alicom-Queue-1-SmsReport/messages?ReceiptHandle=1-ODU4OTkz\nContent-Type: text/xml;charset=UTF-8\nDate: Tue, 19 Sep 2023 06:30:00 GMT\nx-mns-version: 2015-06-06\nsecurity-token: t+/=\nAuthorization: MNS STS.a:JYJVw9mpgroUeHgm3gR8WVSf8vE=\n\n\nGET https://1943695596114318.mns.cn-hangzhou.aliyuncs.com/queues/Alicom-Queue-1-SmsReport/messages?waitseconds=10\nContent-Type: text/xml;charset=UTF-8\nDate: Tue, 19 Sep 2023 06:30:00 GMT\nx-mns-version: 2015-06-06\nsecurity-token: t+/=\nAuthorization: MNS STS.a:Vv6svw/6Xu+OcrvptRMSkliRo/4=\n\n\ndone\n" },
	{ "aliyun", "a queue without a name is not asked", 1, { { 200, "" } }, "off\n" },
	{ "aliyun", "the key of the token is refused", 2, { { 400, "{\"Code\":\"InvalidAccessKeyId.NotFound\",\"Message\":\"x\"}" } }, "POST https://dybaseapi.aliyuncs.com/\nContent-Type: application/x-www-form-urlencoded\n\nMessageType=VoiceReport&QueueName=Alicom-Queue-1-VoiceReport&AccessKeyId=testId&Action=QueryTokenForMnsQueue&Format=JSON&RegionId=cn-hangzhou&SignatureMethod=HMAC-SHA1&SignatureNonce=3156853299f313e23d1673dc12e1703d&SignatureVersion=1.0&Timestamp=2023-09-19T06%3A30%3A00Z&Version=2017-05-25&Signature=Rz96mqH3ECSVcayPCEq7WbZl5oY%3D\nrefused CONFIG InvalidAccessKeyId.NotFound\n" },
	{ "aliyun", "an unreadable message is taken off, a clock is told", 2, { { 200, TOKEN },
		{ 200, "<Message><ReceiptHandle>2-x</ReceiptHandle><MessageBody>!!</MessageBody></Message>" },
		{ 403, "<Error><Code>InvalidTimeStamp</Code><Message>expired</Message></Error>" } }, "POST https://dybaseapi.aliyuncs.com/\nContent-Type: application/x-www-form-urlencoded\n\nMessageType=VoiceReport&QueueName=Alicom-Queue-1-VoiceReport&AccessKeyId=testId&Action=QueryTokenForMnsQueue&Format=JSON&RegionId=cn-hangzhou&SignatureMethod=HMAC-SHA1&SignatureNonce=3156853299f313e23d1673dc12e1703d&SignatureVersion=1.0&Timestamp=2023-09-19T06%3A30%3A00Z&Version=2017-05-25&Signature=Rz96mqH3ECSVcayPCEq7WbZl5oY%3D\nmore\nGET https://1943695596114318.mns.cn-hangzhou.aliyuncs.com/queues/Alicom-Queue-1-VoiceReport/messages?waitseconds=10\nContent-Type: text/xml;charset=UTF-8\nDate: Tue, 19 Sep 2023 06:30:00 GMT\nx-mns-version: 2015-06-06\nsecurity-token: t+/=\nAuthorization: MNS STS.a:qG6+8Ewtz0NY7ORZPVaSzyV6/mY=\n\n\nunreadable\nconfirm DELETE https://1943695596114318.mns.cn-hangzhou.aliyuncs.com/queues/Alicom-Queue-1-VoiceReport/messages?ReceiptHandle=2-x\nContent-Type: text/xml;charset=UTF-8\nDate: Tue, 19 Sep 2023 06:30:00 GMT\nx-mns-version: 2015-06-06\nsecurity-token: t+/=\nAuthorization: MNS STS.a:g1EKNmVNIqmuLMgjkCQ1PrGvNcQ=\n\n\nGET https://1943695596114318.mns.cn-hangzhou.aliyuncs.com/queues/Alicom-Queue-1-VoiceReport/messages?waitseconds=10\nContent-Type: text/xml;charset=UTF-8\nDate: Tue, 19 Sep 2023 06:30:00 GMT\nx-mns-version: 2015-06-06\nsecurity-token: t+/=\nAuthorization: MNS STS.a:qG6+8Ewtz0NY7ORZPVaSzyV6/mY=\n\n\nrefused CONFIG InvalidTimeStamp clock\n" },
	{ NULL },
};

const struct queried_row cloud_queries[] = {
	{ "aliyun", "details", false, 200, "{\"Code\":\"OK\",\"TotalCount\":3,\"SmsSendDetailDTOs\":{\"SmsSendDetailDTO\":[{\"PhoneNum\":\"13800138000\",\"SendStatus\":3,\"ErrCode\":\"DELIVERED\",\"OutId\":\"T20230919x0001\",\"ReceiveDate\":\"2023-09-19 14:30:05\"},{\"PhoneNum\":\"13800138000\",\"SendStatus\":3,\"OutId\":\"another\"},{\"PhoneNum\":\"13800138000\",\"SendStatus\":\"1\",\"OutId\":\"T20230919x0001\"},{\"SendStatus\":2,\"ErrCode\":\"DB:0101\",\"OutId\":\"T20230919x0001\"}]}}", true,
	  "report id= ref=T20230919x0001 to=13800138000 delivered OK DELIVERED @1695105005\nreport id= ref=T20230919x0001 to=13800138000 pending OK  @0\nreport id= ref=T20230919x0001 to= failed NUMBER DB:0101 @0\n" },
	{ "aliyun", "nothing known", false, 200, "{\"Code\":\"OK\",\"TotalCount\":0,\"SmsSendDetailDTOs\":{\"SmsSendDetailDTO\":[]}}", true, "" },
	{ "aliyun", "refused", false, 200, "{\"Code\":\"isv.X\"}", false, "" },
	{ "aliyun", "a call", true, 200, "{\"Code\":\"OK\",\"Data\":\"{\\\"callId\\\":\\\"1^2\\\",\\\"callee\\\":\\\"13800138000\\\",\\\"state\\\":\\\"200002\\\",\\\"endDate\\\":\\\"2023-09-19 14:30:00\\\"}\"}", true, "report id=1^2 ref= to=13800138000 failed BUSY 200002 @1695105000\n" },
	{ NULL },
};

const struct wrong_row cloud_wrongs[] = {
	{ "aliyun", "nothing at all", "{}", "access_key_id", "没有写" },
	{ "aliyun", "no secret", "{\"access_key_id\":\"a\"}", "access_key_secret", "_file" },
	{ "aliyun", "no signature", "{" ALI_KEYS_ "}", "sign", "没有写" },
	{ "aliyun", "signature with brackets", "{" ALI_KEYS_ ",\"sign\":\"【反诈】\"}", "sign", "不要带【】" },
	{ "aliyun", "signature too long", "{" ALI_KEYS_ ",\"sign\":\"一二三四五六七八九十一二三\"}", "sign", "2 到 12" },
	{ "aliyun", "a misspelt key", "{" ALI_KEYS_ ",\"sing\":\"反诈\"}", "sing", "是不是 sign" },
	{ "aliyun", "a strange key", "{" ALI_KEYS_ ",\"colour\":\"反诈\"}", "colour", "quanzud.conf(5)" },
	{ "aliyun", "no such word", "{" ALI_KEYS_ ",\"sign\":\"反诈\",\"signature\":\"md5\"}", "signature", "acs3 rpc" },
	{ "aliyun", "a number out of range", "{" ALI_KEYS_ ",\"sign\":\"反诈\",\"play_times\":4}", "play_times", "1 到 3" },
	{ "aliyun", "a text where a number goes", "{" ALI_KEYS_ ",\"sign\":\"反诈\",\"cost\":\"5\"}", "cost", "整数" },
	{ "aliyun", "a number where a text goes", "{\"access_key_id\":1}", "access_key_id", "文字" },
	{ "aliyun", "no address", "{" ALI_KEYS_ ",\"sign\":\"反诈\",\"endpoint\":\"dysmsapi.aliyuncs.com\"}", "endpoint", "https://" },
	{ "aliyun", "an address with a slash", "{" ALI_KEYS_ ",\"sign\":\"反诈\",\"endpoint\":\"https://x.cn/\"}", "endpoint", "斜杠" },
	{ "aliyun", "a line feed in a key", "{\"access_key_id\":\"a\\nb\"}", "access_key_id", "控制字符" },
	{ "aliyun", "no such text of ours", "{" ALI_KEYS_ ",\"sign\":\"反诈\",\"templates\":[{\"name\":\"hello\",\"code\":\"1\"}]}", "templates", "hello" },
	{ "aliyun", "a text twice", "{" ALI_KEYS_ ",\"sign\":\"反诈\",\"templates\":[{\"name\":\"alert\",\"code\":\"1\"},{\"name\":\"alert\",\"code\":\"1\"}]}", "templates", "两次" },
	{ "aliyun", "no code", "{" ALI_KEYS_ ",\"sign\":\"反诈\",\"templates\":[{\"name\":\"alert\"}]}", "templates", "code" },
	{ "aliyun", "a value that this text has not", "{" ALI_KEYS_ ",\"sign\":\"反诈\",\"templates\":[{\"name\":\"alert\",\"code\":\"1\",\"params\":[\"code\",\"phone\"]}]}", "templates", "phone" },
	{ "aliyun", "a strange item", "{" ALI_KEYS_ ",\"sign\":\"反诈\",\"templates\":[{\"name\":\"alert\",\"code\":\"1\",\"parms\":[]}]}", "templates", "只有" },
	{ "aliyun", "no list", "{" ALI_KEYS_ ",\"sign\":\"反诈\",\"templates\":{\"name\":\"alert\"}}", "templates", "一列" },
	{ "aliyun", "a wrong template of calls", "{" ALI_KEYS_ ",\"sign\":\"反诈\",\"voice_templates\":[1]}", "voice_templates", "一组" },
	{ NULL },
};

const struct unfit_row cloud_unfits[] = {
	{ "aliyun", "a registered text", false, "13800138000", "alert", VALUES, "【反诈】17号", NULL },
	{ "aliyun", "free words", false, "13800138000", "", "", "【反诈】你好", "登记过的模板" },
	{ "aliyun", "a text that is not mapped", false, "13800138000", "detail", VALUES, "x", "对应" },
	{ "aliyun", "a drill", false, "13800138000", "alert", VALUES, "【反诈】【演练】17号", "演练" },
	{ "aliyun", "no values", false, "13800138000", "alert", "", "x", "没有带" },
	{ "aliyun", "brackets in a value", false, "13800138000", "alert", "{\"name\":\"王【某】\"}", "x", "【】" },
	{ "aliyun", "a link in a value", false, "13800138000", "alert", "{\"area\":\"a.cn/x\"}", "x", "网址" },
	{ "aliyun", "a link in a value that is not sent", false, "13800138000", "alert", "{\"limit\":\"a.cn/x\"}", "x", NULL },
	{ "aliyun", "a landline gets no SMS", false, "021-55550000", "alert", VALUES, "x", "手机号" },
	{ "aliyun", "abroad", false, "+85221234567", "alert", VALUES, "x", "手机号" },
	{ "aliyun", "a call that is not mapped", true, "13800138000", "taken", VALUES, "x", "对应" },
	{ "aliyun", "a call abroad", true, "+85221234567", "alert", VALUES, "x", "内地" },
	{ NULL },
};

const char *const cloud_strict_kinds[] = { "aliyun", NULL };
/* clang-format on */
