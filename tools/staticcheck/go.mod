module github.com/sallyport/sallyport/tools/staticcheck

go 1.26.0

require honnef.co/go/tools v0.7.0
