//! The corpus is embedded at compile time: a file that is added to it is a reason to compile again.

fn main() {
    println!("cargo::rerun-if-changed=theorems");
}
