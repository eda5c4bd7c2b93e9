"""Addresses that must never be called, by the trick they try."""

LITERALS = """
http://127.0.0.1/
https://127.0.0.1/
https://127.0.0.1:443/
https://127.1/
https://127.0.1/
https://127.255.255.254/
https://2130706433/
https://017700000001/
https://0x7f000001/
https://0x7f.0.0.1/
https://0x7f.1/
https://0177.0.0.1/
https://0177.0.0.01/
https://127.0.0.01/
https://127.000.000.001/
https://0x7F.0x0.0x0.0x1/
https://0/
https://0.0.0.0/
https://0.1.2.3/
https://00000000000/
https://0x0/
https://10.0.0.1/
https://10.255.255.255/
https://012.0.0.1/
https://167772161/
https://100.64.0.1/
https://100.127.255.254/
https://169.254.1.1/
https://172.16.0.1/
https://172.31.255.255/
https://192.0.0.1/
https://192.0.0.170/
https://192.0.2.1/
https://192.88.99.1/
https://192.168.0.1/
https://192.168.1/
https://0xc0a80001/
https://3232235521/
https://198.18.0.1/
https://198.19.255.255/
https://198.51.100.7/
https://203.0.113.7/
https://224.0.0.1/
https://239.255.255.255/
https://240.0.0.1/
https://255.255.255.255/
https://4294967295/
https://0xffffffff/
https://256.1.1.1/
https://1.2.3.4.5/
https://99999999999/
https://127.0.0.1./
https://2130706433./
https://0x7f000001./
https://1.1.1.0x1/
https://8.8.8.010/
"""

METADATA = """
http://169.254.169.254/latest/meta-data/
https://169.254.169.254/
https://2852039166/
https://0xa9fea9fe/
https://0251.0376.0251.0376/
https://169.254.43518/
https://169.16689662/
https://[::ffff:169.254.169.254]/
https://[::ffff:a9fe:a9fe]/
https://[64:ff9b::169.254.169.254]/
https://[fd00:ec2::254]/
https://[fd20:ce::254]/
https://169.254.170.2/v2/credentials
https://169.254.170.23/
https://100.100.100.200/latest/meta-data/
https://168.63.129.16/
https://192.0.0.192/latest/
http://metadata.google.internal/computeMetadata/v1/
https://metadata.google.internal/
https://METADATA.google.INTERNAL/
https://metadata.google.internal./
https://metadata/
https://metadata.goog/
https://instance-data/
https://instance-data.ec2.internal/
"""

SIX = """
https://[::1]/
https://[0:0:0:0:0:0:0:1]/
https://[0000:0000:0000:0000:0000:0000:0000:0001]/
https://[::]/
https://[::127.0.0.1]/
https://[::7f00:1]/
https://[::8.8.8.8]/
https://[::ffff:127.0.0.1]/
https://[::ffff:7f00:1]/
https://[0:0:0:0:0:ffff:7f00:0001]/
https://[::FFFF:10.0.0.1]/
https://[::ffff:8.8.8.8]/
https://[::ffff:0:127.0.0.1]/
https://[64:ff9b::127.0.0.1]/
https://[64:ff9b::10.0.0.1]/
https://[64:ff9b::8.8.8.8]/
https://[64:ff9b:1::7f00:1]/
https://[2002:7f00:1::]/
https://[2002:a00:1::]/
https://[2002:808:808::1]/
https://[2001::1]/
https://[2001:0:53aa:64c:0:fffe:80ff:fffe]/
https://[2001:db8::1]/
https://[2001:10::1]/
https://[2001:20::1]/
https://[2001:2::1]/
https://[3fff::1]/
https://[5f00::1]/
https://[100::1]/
https://[fc00::1]/
https://[fd12:3456:789a::1]/
https://[fe80::1]/
https://[fe80::1%25eth0]/
https://[fe80::1%eth0]/
https://[::1%25lo]/
https://[fec0::1]/
https://[ff02::1]/
https://[ff0e::1]/
https://[4000::1]/
https://[::1.]/
https://[127.0.0.1]/
https://[]/
https://[::1/
https://::1/
https://[::1]evil/
https://[v1.fe80::a]/
"""

NAMES = """
https://localhost/
http://localhost/
https://LOCALHOST/
https://localhost./
https://localhost.localdomain/
https://api.localhost/
https://usage.local/
https://printer.lan/
https://db.internal/
https://vault.corp/
https://router.home/
https://router.home.arpa/
https://intranet/
https://db/
https://redis:443/
https://1.0.0.127.in-addr.arpa/
https://something.onion/
https://something.invalid/
https://example.com./
https://example..com/
https://.example.com/
https://-example.com/
https://example-.com/
https://exa%6dple.com/
https://127.0.0.1%2f.example.com/
https://%31%32%37.0.0.1/
https://%6c%6fcalhost/
https://example.com%00.internal/
https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.com/
https:///
https://
https://?host=example.com
https://:443/
https://*.example.com/
https://exam~ple.com/
https://exam!ple.com/
https://a,b.example.com/
"""

PARSERS = """
https://user@127.0.0.1/
https://user:password@example.com/
https://example.com@127.0.0.1/
https://example.com:443@127.0.0.1/
https://127.0.0.1@example.com/
https://@127.0.0.1/
https://@/
https://example.com#@127.0.0.1/
https://127.0.0.1#.example.com/
https://example.com/#here
https://example.com:443#@127.0.0.1/
https://example.com;@127.0.0.1/
https://a;b.example.com/
https://example.com:443:80/
https://example.com::443/
https://127.0.0.1:443:443/
https:example.com/
https:/example.com/
//example.com/
/usage
example.com
example.com/usage
://example.com/
https//example.com/
https:////example.com/
"""

PORTS = """
https://example.com:22/
https://example.com:25/
https://example.com:6379/
https://example.com:5432/
https://example.com:8080/
https://example.com:0/
https://example.com:00443/
https://example.com:0443/
https://example.com:65536/
https://example.com:65979/
https://example.com:4294967739/
https://example.com:-443/
https://example.com:+443/
https://example.com:443a/
https://example.com:0x1bb/
https://example.com:/
https://example.com:%34%34%33/
"""

SCHEMES = """
ftp://example.com/
file:///etc/passwd
file://localhost/etc/passwd
gopher://127.0.0.1:6379/_SET
dict://127.0.0.1:11211/stat
ldap://127.0.0.1/
data:text/plain,hello
javascript:alert(1)
jar:https://example.com!/
ws://example.com/
wss://example.com/
unix:///var/run/docker.sock
http+unix://%2Fvar%2Frun%2Fdocker.sock/
https+insecure://example.com/
httpss://example.com/
"""

WITHOUT_TLS = """
http://example.com/
HTTP://example.com/
http://8.8.8.8/
http://[2001:4860:4860::8888]/
http://example.com:443/
"""

INVISIBLE = [
    "",
    " ",
    " https://example.com/",
    "https://example.com/ ",
    "https://exam ple.com/",
    "https:// example.com/",
    "https://example.com/a b",
    "https://example.com/\r\nX-Evil: yes",
    "https://example.com\r\nHost: 127.0.0.1/",
    "https://example.com/\n",
    "https://example.com/\x00",
    "https://exam\tple.com/",
    "ht\ntps://example.com/",
    "https://example.com\x7f/",
    "https://example.com\u200b/",
    "https://\u202eexample.com/",
    "https://example.com\u00ad/",
    "https://example.com\u2028/",
    "https://\ufeffexample.com/",
    "https://127.0.0.1\u00a0/",
]

MISREAD = [
    "https://example.com\\@127.0.0.1/",
    "https://127.0.0.1\\.example.com/",
    "https:\\\\127.0.0.1\\",
    "https:/\\127.0.0.1/",
    "https://example.com/\\..\\admin",
    "https://exam<ple>.com/",
    "https://{example}.com/",
    "https://example.com/|id",
    "https://example.com/`id`",
    'https://example.com/"',
    "https://example.com^127.0.0.1/",
]

SCRIPTS = [
    "https://127。0。0。1/",
    "https://127．0．0．1/",
    "https://127｡0｡0｡1/",
    "https://１２７.０.０.１/",
    "https://①②⑦.⓪.⓪.①/",
    "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "https://localhoſt/",
    "https://exаmple.com/",
    "https://example。com/",
    "https://example.com／@127.0.0.1/",
    "https://example.com＃@127.0.0.1/",
    "https://example.com：443/",
    "https://bücher.example.com/",
    "https://xn--.example.com­/",
    "https://١٢٧.٠.٠.١/",
    "https://example.com/größe",
    "ｈttps://example.com/",
]

LONG = ["https://example.com/" + "a" * 2000, "https://" + "a." * 200 + "com/", "https://example.com/?" + "x" * 100_000]

ALL = [
    *LITERALS.split(),
    *METADATA.split(),
    *SIX.split(),
    *NAMES.split(),
    *PARSERS.split(),
    *PORTS.split(),
    *SCHEMES.split(),
    *WITHOUT_TLS.split(),
    *INVISIBLE,
    *MISREAD,
    *SCRIPTS,
    *LONG,
]

# What a name may lead to: each of these as the only answer, and beside a public one.
_INNER = """
127.0.0.1 127.8.8.8 0.0.0.0 0.9.9.9 10.1.2.3 100.64.9.9 169.254.1.1 169.254.169.254 169.254.170.2 172.20.0.1
192.0.0.8 192.0.2.9 192.31.196.9 192.52.193.9 192.88.99.9 192.168.7.7 192.175.48.9 198.18.9.9 198.51.100.9
203.0.113.9 224.0.0.251 233.252.0.1 240.9.9.9 255.255.255.255 100.100.100.200 168.63.129.16 :: ::1 ::ffff:127.0.0.1
::ffff:8.8.8.8 ::7f00:1 ::ffff:0:7f00:1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1 2001:2::1
2001:10::1 2001:20::1 2001:db8::9 2002:7f00:1::1 2620:4f:8000::1 3fff::9 4000::9 5f00::9 fc00::9 fd00:ec2::254
fd99::9 fe80::9 fe80::9%eth0 fec0::9 ff02::9 ff05::9
"""
_PUBLIC = """
1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 172.32.0.1 2001:4860:4860::8888 2606:4700::1111
"""
INNER_ADDRESSES = _INNER.split()
PUBLIC_ADDRESSES = _PUBLIC.split()
