package cli

import (
	"fmt"
	"regexp"
	"strings"
)

// advice says in Chinese what can be done where an error, a log line or /readyz says it in English. Words of the pattern's groups stand as $1, $2.
type advice struct {
	english *regexp.Regexp
	chinese string
}

// advices are those for what doctor looks at.
func advices() []advice {
	told := func(english, chinese string) advice { return advice{regexp.MustCompile(english), chinese} }
	return []advice{
		// Connections.
		told(`check the host names in ([\w.-]+), and this machine's DNS`, "主机名解析不了：检查 $1 里的主机名和本机的 DNS"),
		told(`nothing listens there: check host and port in ([\w.-]+), and that the server runs`, "那里没有程序在监听：检查 $1 的主机和端口，并确认服务在运行"),
		told(`set ([\w.-]+) to the certificate of the authority that signed the server's`, "服务器证书的签发机构不受信任：把 $1 设为该机构（CA）的证书"),
		told(`the certificate is another host's: write a name that it is for in ([\w.-]+), or`, "证书属于别的主机：$1 改用证书里的主机名，或把这个主机名写进重签的证书"),
		told(`have the server's certificate renewed, or set this machine's clock right`, "服务器证书已过期：更换证书；若是本机时钟不准，先校准"),
		told(`the server speaks no TLS at this port: check port and TLS in ([\w.-]+) and ([\w.-]+)`, "该端口没有启用 TLS：核对 $1 与 $2 的端口和 TLS 设置"),
		told(`check http:// and https:// in ([\w.-]+) against what the server speaks`, "http 与 https 不符：核对 $1 与服务器实际的协议"),
		told(`set (elasticsearch\.fingerprint) to the SHA-256`, "证书指纹不符：把 $1 设为服务器现用证书或其签发机构证书的 SHA-256"),
		told(`check host, port and base path in ([\w.-]+): they lead to something else`, "答话的不是 Elasticsearch，或没有这个路径：检查 $1 的主机、端口和路径，那里可能是代理"),
		told(`set the clocks of .* by NTP`, "时钟不一致：用 NTP 校准本机、服务器和发送方的时钟"),
		// Kafka.
		told(`if it lasts, check (kafka\.tls) and (kafka\.sasl) against the broker's listener`, "连接被对方断开；一直如此时，核对 $1、$2 与节点监听器（listener）的设置"),
		told(`give the user the right (\w+) on topic ([\w.-]+)`, "缺权限：给该用户主题 $2 的 $1 权限"),
		told(`give the user the right (\w+) on group ([\w.-]+)`, "缺权限：给该用户消费组 $2 的 $1 权限"),
		told(`give the user the right (\w+) on the cluster`, "缺权限：给该用户集群（--cluster）的 $1 权限"),
		told(`give the user the rights that docs/operation\.md lists`, "权限不够：给该用户 docs/operation.zh-CN.md 的“权限”所列的权限"),
		told(`check kafka\.sasl: mechanism, user and password`, "认证失败：检查 kafka.sasl 的机制、用户名和密码"),
		told(`check kafka\.sasl against the mechanisms of the brokers' listener`, "节点监听器（listener）不支持这种 SASL 机制：核对 kafka.sasl"),
		told(`create the topics with suqiu kafka setup, or give the user the right Describe on them`, "缺主题：运行 suqiu kafka setup；主题已有的，给该用户 Describe 权限"),
		told(`see whether every broker runs, answers others, and is reachable from here`, "节点（broker）接受了请求而没有应答：检查各节点是否在运行、能否互相连上、从本机能否连上"),
		told(`see whether the broker that leads it runs and is reachable from here`, "分区的首领节点（leader）没有应答：检查该节点是否在运行、从本机能否连上"),
		told(`find out what was lost \(suqiu audit\), then start suqiu with on_gap: continue`, "有记录没读就被删除：先用 suqiu audit 查明缺了哪些，再以 kafka.on_gap: continue 启动"),
		told(`give the topic more copies by kafka-reassign-partitions\.sh`, "主题只有一个副本，坏一块磁盘就丢：用 kafka-reassign-partitions.sh 增加副本"),
		told(`run suqiu kafka setup\b`, "运行 suqiu kafka setup"),
		told(`not checked`, "看不到这些设置，没有检查"),
		told(`(offsets\.retention\.minutes) is .*set it on the brokers to (\d+) or more`, "停止的消费组的位点会先于记录被忘记：在各节点把 $1 设为 $2 或更大"),
		told(`http:// in (elasticsearch\.addresses) sends the password`, "$1 用的是 http://，密码或 API key 在网络上是明文：Elasticsearch 开启 TLS，地址改写为 https://"),
		told(`kafka\.sasl plain without TLS sends the password`, "SASL PLAIN 没有 TLS，密码在网络上是明文：设 kafka.tls: true（监听器用 SASL_SSL），或改用 scram-sha-512"),
		// Elasticsearch.
		told(`check the user name and password, or the API key`, "认证失败：检查用户名和密码，或 API key"),
		told(`it lacks ([a-z_, ]+)`, "该用户缺少权限 $1"),
		told(`granted by the cluster privileges.*?([a-z_,]+)`, "此操作要对集群有权限 $1 之一"),
		told(`granted by the index privileges.*?([a-z_,]+)`, "此操作要对索引有权限 $1 之一"),
		told(`the user needs monitor on the cluster and read, write`, "权限不够：给该用户集群权限 monitor，以及对该前缀各索引的 read、write、create_index、view_index_metadata、maintenance（suqiu index 各命令还要更多，见 docs/operation.zh-CN.md 的“权限”）；或者索引已关闭"),
		told(`run suqiu index setup --overwrite|put it back with suqiu index setup --overwrite`, "模板被人手工改过：用 suqiu index setup --overwrite 恢复，或把改动移到 @custom 模板"),
		told(`they are made anew from the topic|the letters are copied anew from their topic`, "死信副本的索引不对：运行 suqiu index setup；仍不行就删除该索引再运行，副本会从主题重建"),
		told(`run suqiu index setup\)|is suqiu index setup done\?`, "运行 suqiu index setup"),
		told(`run suqiu index migrate`, "映射（mapping）不符：运行 suqiu index migrate"),
		told(`\(update suqiu\)`, "索引由更新的版本建立：升级 suqiu"),
		told(`free disk space if Elasticsearch set the block`, "索引被设为只读：磁盘快满所致的，腾出空间即自动解除；人为设置的，把它置为 null"),
		told(`remove the alias ([\w.-]+) from all indices but the one that is written to`, "一个月份对应了几个索引：别名 $1 只留在写入的那个索引上，从其余索引移除"),
		// This machine.
		told(`make one with suqiu key new`, "没有密钥文件：用 suqiu key new 生成，让 suqiu 的用户可读，或改正路径"),
		told(`take their rights with chmod o-rwx`, "密钥文件人人可用：用 chmod o-rwx 收回其他用户的权限"),
		told(`correct dicts, or give the user the right to read it`, "字典文件夹打不开：改正 dicts，或给用户读的权限"),
		told(`make it, or name another with --data`, "数据文件夹不可用：建立它，或用 --data 另指一个"),
		told(`give the user the right to write there`, "没有写数据文件夹的权限：给该用户写的权限"),
		told(`put (holidays/\d+\.csv) into the folder of dictionaries`, "节假日数据快用完或已缺：按国务院办公厅的通知，把 $1 放进字典文件夹"),
	}
}

// adviceOn says in Chinese what can be done about what a text tells; empty where none is known.
func adviceOn(text string) string {
	var all []string
	for _, a := range advices() {
		if at := a.english.FindStringSubmatchIndex(text); at != nil {
			if said := string(a.english.ExpandString(nil, a.chinese, text, at)); len(all) == 0 || all[len(all)-1] != said {
				all = append(all, said)
			}
		}
	}
	return strings.Join(all, "；")
}

// note prints what an examination found, in Chinese where it can be said so, with the words of the log and of /readyz below it, by which it is found there.
func (s *session) note(mark, what, text string) {
	said := adviceOn(text)
	if said == "" {
		fmt.Fprintf(s.env.Stdout, "%s %s：%s\n", mark, what, text)
		return
	}
	fmt.Fprintf(s.env.Stdout, "%s %s：%s\n  原文：%s\n", mark, what, said, text)
}
