package hint

// Code names what can be done. The words of each stand in words, in both languages.
type Code int

// The codes. What $1 and $2 of the words stand for is said where it does not show.
const (
	// Connections. $1 is the setting of the addresses, $2 that of the authority.
	HostNames Code = iota + 1 // the name of a host is not known
	NobodyListens
	Authority // $1 is the setting of the authority
	OtherHost
	Expired
	NoTLS
	Scheme
	Fingerprint
	OtherServer
	Clocks
	SenderClocks

	// Kafka.
	Listener
	TopicRight // $1 as Kafka's ACLs name it, $2 the topic
	GroupRight // $2 the group
	ClusterRight
	KafkaRights
	SASL
	Mechanism
	MissingTopics // Kafka does not show a topic to a user who may not describe it
	Hung          // a broker takes a request and gives no answer in time
	Leader        // a partition of which the brokers do not tell
	Gap
	Reassign
	KafkaSetup
	PositionsKept // $1 a setting of the brokers, $2 its least value
	Unseen        // what the user may not see is not checked
	LettersAnew   // copies follow a topic which is not there any more as it was
	DeadLetters
	DeadShare
	NewerRecord
	PlainPassword

	// Elasticsearch.
	Login
	ElasticRights // what the user of a running suqiu must be allowed
	LackedRights  // $1 the rights
	IndexSetup
	IndexMigrate
	Update
	Edited
	Block
	LettersIndex // the index of the copies of dead letters, which fills itself again, because it says itself how far it reaches
	SmallerBatches
	Alias // $1 the name of a month
	MigrationGone
	MigrationRuns // $1 how long
	MigrationTaken
	MigrationTarget
	MigrationCount
	MigrationRefused
	NotOurs
	NoMonth
	ListMonths
	PlanAgain
	HTTPPassword

	// The embedded store.
	Busy
	DiskFull
	DiskFails
	Folder // $1 the folder
	Writable
	NoStore
	Damaged
	DamagedDocument
	OtherProgram
	NewerFile
	OlderFile

	// Kibana.
	KibanaRight
	KibanaSpace // $1 the space
	KibanaPath
	KibanaTooLarge
	KibanaOld
	KibanaMoved

	// Settings and files.
	KafkaAddress
	ElasticAddress
	URL
	OneOf
	Together
	Between // $1 the setting, $2 what it must be, such as 1–64
	Prefix
	FingerprintForm
	Certificate
	NoKey
	KeyForm
	KeyFile
	Recipient
	KeyOpen
	Dicts
	DictsFolder
	Data
	DataWritable
	Holidays // $1 the file

	end // of the codes
)

// words are the two languages of each code, in which $1 and $2 stand for the names of a Hint.
func words() [end]struct{ english, chinese string } {
	return [end]struct{ english, chinese string }{
		// Connections. $1 is the setting of the addresses, $2 that of the authority.
		HostNames: {"check the host names in $1, and this machine's DNS",
			"主机名解析不了：检查 $1 里的主机名和本机的 DNS"},
		NobodyListens: {"nothing listens there: check host and port in $1, and that the server runs",
			"那里没有程序在监听：检查 $1 的主机和端口，并确认服务在运行"},
		Authority: {"set $1 to the certificate of the authority that signed the server's",
			"服务器证书的签发机构不受信任：把 $1 设为该机构（CA）的证书"},
		OtherHost: {"the certificate is another host's: write a name that it is for in $1, or have it renewed with this one",
			"证书属于别的主机：$1 改用证书里的主机名，或把这个主机名写进重签的证书"},
		Expired: {"have the server's certificate renewed, or set this machine's clock right",
			"服务器证书已过期：更换证书；若是本机时钟不准，先校准"},
		NoTLS: {"the server speaks no TLS at this port: check port and TLS in $1 and $2",
			"该端口没有启用 TLS：核对 $1 与 $2 的端口和 TLS 设置"},
		Scheme: {"check http:// and https:// in $1 against what the server speaks",
			"http 与 https 不符：核对 $1 与服务器实际的协议"},
		Fingerprint: {"set elasticsearch.fingerprint to the SHA-256 of the server's present certificate or of its authority",
			"证书指纹不符：把 elasticsearch.fingerprint 设为服务器现用证书或其签发机构证书的 SHA-256"},
		OtherServer: {"check host, port and base path in $1: they lead to something else, perhaps a proxy",
			"答话的不是要找的服务器，或它没有这个路径：检查 $1 的主机、端口和路径，那里可能是代理"},
		Clocks: {"set the clocks of this machine and of the servers by NTP",
			"时钟不一致：用 NTP 校准本机和服务器的时钟"},
		SenderClocks: {"set the clocks of this machine, of the brokers and of the senders by NTP",
			"时钟不一致：用 NTP 校准本机、节点（broker）和发送方的时钟"},
		// Kafka.
		Listener: {"if it lasts, check kafka.tls and kafka.sasl against the broker's listener",
			"连接被对方断开；一直如此时，核对 kafka.tls、kafka.sasl 与节点监听器（listener）的设置"},
		TopicRight: {"give the user the right $1 on topic $2",
			"缺权限：给该用户主题 $2 的 $1 权限"},
		GroupRight: {"give the user the right $1 on group $2",
			"缺权限：给该用户消费组 $2 的 $1 权限"},
		ClusterRight: {"give the user the right $1 on the cluster",
			"缺权限：给该用户集群（--cluster）的 $1 权限"},
		KafkaRights: {"give the user the rights that docs/operation.md lists",
			"权限不够：给该用户 docs/operation.zh-CN.md 的“权限”所列的权限"},
		SASL: {"check kafka.sasl: mechanism, user and password",
			"认证失败：检查 kafka.sasl 的机制、用户名和密码"},
		Mechanism: {"check kafka.sasl against the mechanisms of the brokers' listener",
			"节点监听器（listener）不支持这种 SASL 机制：核对 kafka.sasl"},
		MissingTopics: {"create the topics with suqiu kafka setup, or give the user the right Describe on them",
			"缺主题：运行 suqiu kafka setup；主题已有的，给该用户 Describe 权限"},
		Hung: {"see whether every broker runs, answers others, and is reachable from here",
			"节点（broker）接受了请求而没有应答：检查各节点是否在运行、能否互相连上、从本机能否连上"},
		Leader: {"see whether the broker that leads it runs and is reachable from here, and try again",
			"分区的首领节点（leader）没有应答：检查该节点是否在运行、从本机能否连上，再试"},
		Gap: {"find out what was lost (suqiu audit), then start suqiu with on_gap: continue",
			"有记录没读就被删除：先用 suqiu audit 查明缺了哪些，再以 kafka.on_gap: continue 启动"},
		Reassign: {"give the topic more copies by kafka-reassign-partitions.sh; suqiu kafka setup makes new topics with 3",
			"主题只有一个副本，坏一块磁盘就丢：用 kafka-reassign-partitions.sh 增加副本；suqiu kafka setup 新建的主题有 3 个"},
		KafkaSetup: {"run suqiu kafka setup",
			"运行 suqiu kafka setup"},
		PositionsKept: {"set $1 on the brokers to $2 or more",
			"停止的消费组的位点会先于记录被忘记：在各节点把 $1 设为 $2 或更大"},
		Unseen: {"until then this is not checked",
			"看不到这些设置，没有检查"},
		LettersAnew: {"delete the index of the copies (PREFIX-letters) and run suqiu index setup: they are made anew from the topic",
			"死信主题已不是原来的：删除副本的索引（前缀-letters），再运行 suqiu index setup，副本会从主题重建"},
		DeadLetters: {"make the dead letter topic reachable; nothing is acknowledged until then",
			"死信主题不可用：让它恢复可写；在此之前什么也不会确认"},
		DeadShare: {"see suqiu deadletter list; mend the source or its configuration, or raise the limit, then start suqiu again",
			"死信过多：用 suqiu deadletter list 查看原因，改好数据源或其配置，或调高 deadletter.limit，再启动 suqiu"},
		NewerRecord: {"update suqiu, then start it again",
			"记录的格式比本版本新：升级 suqiu 后再启动"},
		PlainPassword: {"set kafka.tls: true and let the brokers' listener be SASL_SSL, or use scram-sha-512",
			"SASL PLAIN 没有 TLS，密码在网络上是明文：设 kafka.tls: true（监听器用 SASL_SSL），或改用 scram-sha-512"},
		// Elasticsearch.
		Login: {"check the user name and password, or the API key",
			"认证失败：检查用户名和密码，或 API key"},
		ElasticRights: {"the user needs monitor on the cluster and read, write, create_index, view_index_metadata and maintenance on the indices of the prefix, for suqiu index more (docs/operation.md); or the index is closed",
			"权限不够：给该用户集群权限 monitor，以及对该前缀各索引的 read、write、create_index、view_index_metadata、maintenance（suqiu index 各命令还要更多，见 docs/operation.zh-CN.md 的“权限”）；或者索引已关闭"},
		LackedRights: {"give it $1: the user needs monitor on the cluster and read, write, create_index, view_index_metadata and maintenance on the indices of the prefix",
			"该用户缺少权限 $1：要有集群权限 monitor，以及对该前缀各索引的 read、write、create_index、view_index_metadata、maintenance"},
		IndexSetup: {"run suqiu index setup",
			"运行 suqiu index setup"},
		IndexMigrate: {"run suqiu index migrate",
			"映射（mapping）不符：运行 suqiu index migrate"},
		Update: {"update suqiu",
			"索引由更新的版本建立：升级 suqiu"},
		Edited: {"put it back with suqiu index setup --overwrite, or move the change into the @custom template",
			"模板被人手工改过：用 suqiu index setup --overwrite 恢复，或把改动移到 @custom 模板"},
		Block: {"free disk space if Elasticsearch set the block at its flood stage, then it goes by itself; else set it to null",
			"索引被设为只读：磁盘快满所致的，腾出空间即自动解除；人为设置的，把它置为 null"},
		LettersIndex: {"run suqiu index setup; if that does not help, delete the index and run it again: the letters are copied anew from their topic",
			"死信副本的索引不对：运行 suqiu index setup；仍不行就删除该索引再运行，副本会从主题重建"},
		SmallerBatches: {"smaller batches, or a higher http.max_content_length",
			"一次写入太大：调小 batch.bytes，或调高 Elasticsearch 的 http.max_content_length"},
		Alias: {"remove the alias $1 from all indices but the one that is written to",
			"一个月份对应了几个索引：别名 $1 只留在写入的那个索引上，从其余索引移除"},
		MigrationGone: {"if it lasts, no suqiu index migrate is running: run it again",
			"等待迁移结束；一直如此时，说明没有迁移在运行：再运行 suqiu index migrate"},
		MigrationRuns: {"wait for it; one that was killed gives way after $1",
			"另一个迁移正在进行：等它结束；被杀死的，$1 后让位"},
		MigrationTaken: {"let the other run end",
			"另一个迁移已接手：等它结束"},
		MigrationTarget: {"remove the alias that leads to it",
			"迁移的目标索引正在使用：移除指向它的别名"},
		MigrationCount: {"keep both and report this",
			"新旧索引的件数不符：两个都保留，并报告此问题"},
		MigrationRefused: {"nothing is changed; report this",
			"没有改动任何内容：请报告此问题"},
		NotOurs: {"remove it, or the month, by hand",
			"索引里有不是 suqiu 写的内容：手工删除它或整个月份"},
		NoMonth: {"rename or remove it",
			"索引的名称不是月份：改名或删除"},
		ListMonths: {"suqiu index setup --dry-run lists the months",
			"没有这个月份的索引：suqiu index setup --dry-run 列出各月份"},
		PlanAgain: {"plan again",
			"计划与现状不符：重新运行 suqiu index setup --dry-run"},
		HTTPPassword: {"turn TLS on in Elasticsearch and write https:// in $1",
			"$1 用的是 http://，密码或 API key 在网络上是明文：Elasticsearch 开启 TLS，地址改写为 https://"},
		// The embedded store.
		Busy: {"another process keeps writing; it will be tried again",
			"另一个进程一直在写：会再试"},
		DiskFull: {"the disk is full: make room",
			"磁盘已满：腾出空间"},
		DiskFails: {"the disk fails: look at the system's log",
			"磁盘出错：查看系统日志"},
		Folder: {"the folder $1 must exist, and it and the file be writable for this user",
			"文件夹 $1 必须存在，它和其中的文件要让该用户可写"},
		Writable: {"make the file and its folder writable for this user",
			"让该用户可写此文件和它的文件夹"},
		NoStore: {"the file is no store: name another",
			"该文件不是索引：另指一个"},
		Damaged: {"the file is damaged: restore it from a backup, or ingest into a new one",
			"文件已损坏：从备份恢复，或重新导入到新文件"},
		DamagedDocument: {"the file is damaged or of another version: restore it from a backup",
			"文件已损坏或属于别的版本：从备份恢复"},
		OtherProgram: {"name a file that suqiu made, or a new one",
			"该文件属于别的程序：指定 suqiu 建的文件，或新文件"},
		NewerFile: {"run the newer suqiu that wrote it",
			"文件由更新的版本写成：用写它的那个版本"},
		OlderFile: {"ingest into a new file",
			"文件的版本太旧：重新导入到新文件"},
		// Kibana.
		KibanaRight: {"the user or API key needs the Kibana privilege Saved Objects Management: All in this space",
			"该用户或 API key 缺少 Kibana 权限：在此空间（space）要有 Saved Objects Management: All"},
		KibanaSpace: {"check the address with its base path, and that there is a space with the id $1",
			"检查地址和路径，以及是否有空间（space）$1"},
		KibanaPath: {"check the address with its base path",
			"检查地址和路径"},
		KibanaTooLarge: {"raise savedObjects.maxImportPayloadBytes in kibana.yml, or the limit of the proxy before it",
			"一次导入太大：调高 kibana.yml 的 savedObjects.maxImportPayloadBytes，或其前代理的上限"},
		KibanaOld: {"Kibana must be of version 8.9 or newer",
			"Kibana 要 8.9 或更新的版本"},
		KibanaMoved: {"the address leads to another, perhaps a log-in page; give the one that Kibana itself answers at",
			"该地址转向别处，也许是登录页：改用 Kibana 本身的地址"},
		// Settings and files.
		KafkaAddress: {"set kafka.brokers in the configuration file, SUQIU_KAFKA_BROKERS or --set kafka.brokers=HOST:9092; or use --embedded to run on this machine alone",
			"没有配置地址：在配置文件里写 kafka.brokers，或用环境变量 SUQIU_KAFKA_BROKERS；单机试用可加 --embedded"},
		ElasticAddress: {"set elasticsearch.addresses in the configuration file, SUQIU_ELASTICSEARCH_ADDRESSES or --set elasticsearch.addresses=https://HOST:9200; or use --embedded to run on this machine alone",
			"没有配置地址：在配置文件里写 elasticsearch.addresses，或用环境变量 SUQIU_ELASTICSEARCH_ADDRESSES；单机试用可加 --embedded"},
		URL: {"write each of $1 as a URL such as https://es1:9200",
			"地址写得不对：$1 的每个地址写成 https://es1:9200 的样子"},
		OneOf: {"give either $1 or $2, not both",
			"$1 与 $2 只能给一个：去掉其中一个"},
		Together: {"give $1 and $2, or neither",
			"$1 与 $2 要么都给，要么都不给"},
		Between: {"set $1 to $2",
			"$1 的值不对：设为 $2"},
		Prefix: {"write $1 in lower-case letters, digits and dashes, a letter first, at most 64",
			"$1 只能用小写字母、数字和短横线，以字母开头，最多 64 个字符"},
		FingerprintForm: {"write $1 as the 64 hex digits of a SHA-256, without colons",
			"$1 要写成 SHA-256 的 64 个十六进制数字，不带冒号"},
		Certificate: {"give $1 a file of certificates in PEM, and suqiu's user the right to read it",
			"$1 要指向 PEM 格式的证书文件，并让 suqiu 的用户可读"},
		NoKey: {"make one with suqiu key new and set mask.key_file, or SUQIU_MASK_KEYS",
			"没有配置去标识化密钥：用 suqiu key new 生成，写进 mask.key_file 所指的文件，或用环境变量 SUQIU_MASK_KEYS"},
		KeyForm: {"write a key a line as id:base64 as suqiu key new makes them, each id once",
			"密钥写得不对：每行一个“编号:base64”，用 suqiu key new 生成，编号不得重复"},
		KeyFile: {"make one with suqiu key new, readable by suqiu's user, or correct the path",
			"没有密钥文件：用 suqiu key new 生成，让 suqiu 的用户可读，或改正路径"},
		Recipient: {"write the public key (age1…) that age-keygen prints",
			"deadletter.recipient 写得不对：写 age-keygen 打印的公钥（age1…）"},
		KeyOpen: {"take their rights with chmod o-rwx",
			"密钥文件人人可用：用 chmod o-rwx 收回其他用户的权限"},
		Dicts: {"correct dicts, or give the user the right to read it",
			"字典文件夹打不开：改正 dicts，或给用户读的权限"},
		DictsFolder: {"name the folder in dicts",
			"dicts 指向了文件：改成文件夹"},
		Data: {"make it, or name another with --data",
			"数据文件夹不可用：建立它，或用 --data 另指一个"},
		DataWritable: {"give the user the right to write there",
			"没有写数据文件夹的权限：给该用户写的权限"},
		Holidays: {"put $1 into the folder of dictionaries, from the State Council's notice",
			"节假日数据快用完或已缺：按国务院办公厅的通知，把 $1 放进字典文件夹"},
	}
}
