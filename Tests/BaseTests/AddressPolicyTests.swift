import Base
import Testing

@Suite struct AddressPolicyTests {
  @Test(arguments: [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
    "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.255.255",
    "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2001:200::1", "2a00::1",
    "64:ff9b::808:808", "2002:808:808::1",
  ])
  func `Addresses of the internet are public`(_ text: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.isPublic)
    #expect(AddressPolicy(trustedHosts: []).permits(address, for: "example.org"))
  }

  @Test(arguments: [
    "0.0.0.0", "0.255.255.255", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
    "127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1",
    "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001::1", "2001:1ff::1", "2001:db8::1", "3fff::1",
    "5f00::1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2002:a00:1::", "100::1", "4000::1",
    "::7f00:1",
  ])
  func `All others are not, however they are written`(_ text: String) throws {
    let address = try #require(IPAddress(text))
    #expect(!address.isPublic)
    let policy = AddressPolicy(trustedHosts: ["Bots.internal", "::1"])
    #expect(!policy.permits(address, for: "example.org"))
    #expect(policy.permits(address, for: "bots.INTERNAL"))
    #expect(!policy.permits(address, for: "bots.internal.example.org"))
  }
}
