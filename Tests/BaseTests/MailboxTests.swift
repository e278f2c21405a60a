import Base
import Testing

@Suite struct MailboxTests {
  @Test func `Elements come out in order and once`() {
    let mailbox = Mailbox<Int>(capacity: 4) {}
    for element in 1...3 { mailbox.post(element) }
    #expect(mailbox.drain() == [1, 2, 3])
    #expect(mailbox.drain() == [])
  }

  @Test func `A full mailbox refuses and takes again after a drain`() {
    let mailbox = Mailbox<Int>(capacity: 2) {}
    #expect(mailbox.post(1) && mailbox.post(2))
    #expect(!mailbox.post(3))
    #expect(mailbox.drain() == [1, 2])
    #expect(mailbox.post(4) && mailbox.drain() == [4])
  }

  @Test func `Only the first element of a batch wakes the receiver`() {
    let wakes = Counter()
    let mailbox = Mailbox<Int>(capacity: 2) { wakes.add() }
    mailbox.post(1)
    mailbox.post(2)
    mailbox.post(3)
    #expect(wakes.value == 1)
    _ = mailbox.drain()
    mailbox.post(4)
    #expect(wakes.value == 2)
  }

  @Test func `Nothing is lost or doubled between several senders and one receiver`() async {
    let mailbox = Mailbox<Int>(capacity: 1_000_000) {}
    await withTaskGroup(of: Void.self) { group in
      for sender in 0..<4 {
        group.addTask {
          for number in 0..<2_000 { mailbox.post(sender * 10_000 + number) }
        }
      }
    }
    let taken = mailbox.drain()
    #expect(taken.count == 8_000 && Set(taken).count == 8_000)
    for sender in 0..<4 {
      let own = taken.filter { $0 / 10_000 == sender }
      #expect(own == own.sorted())
    }
  }
}
